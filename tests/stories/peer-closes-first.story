# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The client closes. nginx reads the end of the stream, works on for 20 ms, then closes too.
socket A 10.0.0.1:443 203.0.113.200:51000

0ms     A state SYN_RECV ESTABLISHED    no-socket
100ms   A state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
set A acks read
120ms   A state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in nginx[4021] close(11)
119.9ms A call CLOSE_WAIT               took=150us ret=0  in nginx[4021] close(11)
125ms   A state LAST_ACK CLOSE          segment sent=1 acked  dead done no-socket shut-rcv shut-snd

expect A ending=four-way class=clean initiator=peer reason=- blame=local-app partial=no missing=-
expect A trigger=close fd=11 pid=4021 comm=nginx ret=0 calls=close:fin opened=accept age=125ms
expect A states=ESTABLISHED,CLOSE_WAIT,LAST_ACK,CLOSE waves=FIN<,ACK>~,FIN>,ACK<
expect A start=100ms settled=125ms wave1.at=0 wave1.seq=5000 wave1.ack=1000 wave2.ack=5001
expect A wave3.at=20ms wave3.seq=1000 wave3.ack=5001 wave4.at=25ms wave4.ack=1001
expect A phase.ack_wait=- phase.peer_hold=- phase.app_hold=20ms phase.last_ack_wait=5ms phase.total=25ms
expect A received=0 unread=0
expect-tally seen=1 told=1 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    nginx    10.0.0.1:443          <- 203.0.113.200:51000   four-way   25.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.125000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":443,"peer_addr":"203.0.113.200","peer_port":51000,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":125000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":11,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":0,"uid":0,"call_ns":150000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":11,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":0,"at_ns":19900000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":20000000,"seq":1000,"ack":5001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":25000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":20000000,"last_ack_wait":5000000,"total":25000000},"cut":null,"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.125000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:443 203.0.113.200:51000 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.100000 state          10.0.0.1:443 203.0.113.200:51000 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x11
08:12:32.120000 state          10.0.0.1:443 203.0.113.200:51000 CLOSE_WAIT -> LAST_ACK in nginx[4021] close(11, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5001 segs_in=2 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.119900 call           10.0.0.1:443 203.0.113.200:51000 CLOSE_WAIT in nginx[4021] close(11, 0) = 0 call_ns=150000 netns=4026531840 cookie=0x11
08:12:32.125000 state          10.0.0.1:443 203.0.113.200:51000 LAST_ACK -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5001 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
nginx[4021]                       08:12:32.100                              peer
10.0.0.1:443                                                 203.0.113.200:51000
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    |- - - -  2 ACK seq +0 ack +1 - - - - >|
                    |          seq 1000 ack 5001           |
                    :                                      :
                    :                20 ms                 :
                    :                                      :
          close(11) |                                      |
        nginx[4021] |                                      |
                    |-------- 3 FIN seq +0 ack +1 -------->|
           LAST_ACK |          seq 1000 ack 5001           | (TIME_WAIT)
                    |                5.0 ms                |
                    |<----------- 4 ACK ack +1 ------------|
              CLOSE |               ack 1001               |
four-way, begun by the peer; nginx[4021] held the connection open for 20 ms
after the peer's FIN (25 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      ->  nginx[4021]      10.0.0.1:443          four-way       25.00
--- who
08:12:32.000 to 08:12:32.125: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
nginx                                         1    8.00      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
nginx                  1   100    .    .    .    .     .    .    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
nginx              100   .   .   .   .  20.00  20.00  20.00      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
nginx            four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.125: 1 close

app_hold, 1 close
p50 20 ms, p90 20 ms, p99 20 ms, max 20 ms
      20 ms - 50 ms      |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 5.0 ms, p90 5.0 ms, p99 5.0 ms, max 5.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %

total, 1 close
p50 25 ms, p90 25 ms, p99 25 ms, max 25 ms
      20 ms - 50 ms      |###################################|        1 100.0 %

age, 1 close
p50 125 ms, p90 125 ms, p99 125 ms, max 125 ms
     100 ms - 200 ms     |###################################|        1 100.0 %
