# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Kernels up to 6.5 let go of the file on the way back to user space: the call has returned before the FIN.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms      A state SYN_SENT ESTABLISHED   owned file-live  in curl[4021] connect(5)
50ms     A call ESTABLISHED             took=5us ret=0  in curl[4021] close(5)
50.008ms A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in curl[4021] close(5)
53ms     A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
53ms     A state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd
59ms     A late FIN,ACK                 seq=5000 ack=1001 substate=TIME_WAIT

expect A ending=four-way initiator=local trigger=close fd=5 ret=0 call_ns=5us calls=close:fin start=50ms wave1.at=8us
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           four-way    8.99
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.059000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":59000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":5000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":8000,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":9000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":9000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2992000,"peer_hold":6000000,"app_hold":null,"last_ack_wait":null,"total":8992000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.059000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":6,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.050000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.050008 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.053000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.053000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.059000 late           10.0.0.1:51544 10.0.0.9:80 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x11
--- timeline
curl[4021]                        08:12:32.050                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    :                                      :
                    :                6.0 ms                :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by curl[4021]; the peer's application held the connection open
for 6.0 ms after our FIN (9.0 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->  (not-found)      10.0.0.9:80           four-way        8.99
--- who
08:12:32.000 to 08:12:32.059: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          1    16.9      .         1    16.9

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl               100   .   .   .   .      -      -      -   6.00   6.00   6.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.059: 1 close

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 6.0 ms, p90 6.0 ms, p99 6.0 ms, max 6.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %

total, 1 close
p50 9.0 ms, p90 9.0 ms, p99 9.0 ms, max 9.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %

age, 1 close
p50 59 ms, p90 59 ms, p99 59 ms, max 59 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
