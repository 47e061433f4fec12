# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# curl closes first. The server acknowledges at once, but its application takes 197 ms to close too. By then a
# timewait minisock stands in for curl's socket, and only it sees the server's FIN.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms      A state SYN_SENT ESTABLISHED   owned file-live  in curl[4021] connect(5)
set A bytes_sent=100 sent=100 acked came=800 read acks segment
200ms    A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in curl[4021] close(5) uid=1000
199.99ms A call ESTABLISHED             took=60us ret=0  in curl[4021] close(5) uid=1000
203ms    A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
203ms    A state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd fin_timeout=60s
400ms    A late FIN,ACK                 seq=5800 ack=1101 substate=TIME_WAIT

expect A ending=four-way class=clean initiator=local reason=- blame=peer-app partial=no missing=-
expect A trigger=close fd=5 how=- pid=4021 tid=4021 uid=1000 comm=curl signal=- exit_code=- deferred=no ret=0
expect A call_ns=60us calls=close:fin opened=connect age=400ms start=199.99ms settled=400ms
expect A states=ESTABLISHED,FIN_WAIT1,FIN_WAIT2,TIME_WAIT waves=FIN>,ACK<,FIN<,ACK>
expect A wave1.at=10us wave1.seq=1100 wave1.ack=5800 wave2.at=3.01ms wave2.seq=- wave2.ack=1101
expect A wave3.at=200.01ms wave3.seq=5800 wave3.ack=1101 wave4.at=200.01ms wave4.seq=1101 wave4.ack=5801
expect A phase.fin_queued=- phase.ack_wait=3ms phase.peer_hold=197ms phase.app_hold=- phase.last_ack_wait=- blame_ns=197ms
expect A phase.total=200ms sent=100 received=800 unread=0 unacked=0 unsent=0 v4mapped=no twin.cookie=-
expect-tally seen=1 told=1 filtered=0 open=0 lost=0 events=6 events-lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           four-way  200.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.199990000Z","time":"2026-11-22T08:12:32.400000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":400000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":1000,"call_ns":60000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":10000,"seq":1100,"ack":5800,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3010000,"seq":null,"ack":1101,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":200010000,"seq":5800,"ack":1101,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":200010000,"seq":1101,"ack":5801,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":197000000,"app_hold":null,"last_ack_wait":null,"total":200000000},"cut":null,"blame":"peer-app","bytes":{"sent":100,"received":800,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.400000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":6,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.200000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1100 snd_nxt=1100 write_seq=1100 rcv_nxt=5800 rcv_wup=5800 copied_seq=5800 segs_in=2 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.199990 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=60000 netns=4026531840 cookie=0x11
08:12:32.203000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1101 snd_nxt=1101 write_seq=1101 rcv_nxt=5800 rcv_wup=5800 copied_seq=5800 segs_in=3 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.203000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1101 snd_nxt=1101 write_seq=1101 rcv_nxt=5800 rcv_wup=5800 copied_seq=5800 segs_in=3 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.400000 late           10.0.0.1:51544 10.0.0.9:80 TIME_WAIT flags=17 seq=5800 ack=1101 payload=0 substate=6 netns=4026531840 cookie=0x11
--- timeline
curl[4021]                        08:12:32.199                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1100 ack 5800           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1101               |
                    :                                      :
                    :                197 ms                :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5800 ack 1101           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1101 ack 5801           |
four-way, begun by curl[4021]; the peer's application held the connection open
for 197 ms after our FIN.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->  (not-found)      10.0.0.9:80           four-way      200.00
--- who
08:12:32.000 to 08:12:32.400: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          1    2.50      .         1    2.50

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl               100   .   .   .   .      -      -      - 197.00 197.00 197.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.400: 1 close

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 197 ms, p90 197 ms, p99 197 ms, max 197 ms
     100 ms - 200 ms     |###################################|        1 100.0 %

total, 1 close
p50 200 ms, p90 200 ms, p99 200 ms, max 200 ms
     200 ms - 500 ms     |###################################|        1 100.0 %

age, 1 close
p50 400 ms, p90 400 ms, p99 400 ms, max 400 ms
     200 ms - 500 ms     |###################################|        1 100.0 %
