# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The walk comes by while a close is under way: the ring tells late of what the walk has seen done. It is told
# once, and whole.
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51546 10.0.0.9:80 cookie=0x12

3ms A socket FIN_WAIT2               age=1ms  dead no-socket shut-rcv shut-snd
1ms A state ESTABLISHED FIN_WAIT1    owned file-dead shut-rcv shut-snd  in curl[4021] close(5)
2ms A state FIN_WAIT1 FIN_WAIT2      segment sent=1 acked  dead no-socket shut-rcv shut-snd
9ms A state FIN_WAIT2 CLOSE          segment came=1  dead done no-socket shut-rcv shut-snd
9ms B socket TIME_WAIT               substate=FIN_WAIT2 left=50s  dead no-socket
7ms B state ESTABLISHED FIN_WAIT1    owned file-dead shut-rcv shut-snd  in curl[4021] close(6)
8ms B state FIN_WAIT1 FIN_WAIT2      segment sent=1 acked  dead no-socket shut-rcv shut-snd
8ms B state FIN_WAIT2 CLOSE          dead no-socket shut-rcv shut-snd
12ms B late FIN,ACK                  seq=5000 ack=1001 substate=TIME_WAIT

expect A ending=four-way initiator=local trigger=close fd=5 partial=no age_at_least=- waves=FIN>,ACK<,FIN<,ACK>
expect B ending=four-way initiator=local trigger=close fd=6 partial=no age_at_least=- waves=FIN>,ACK<,FIN<,ACK>
expect-tally seen=2 told=2 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           four-way    8.00
4021    curl     10.0.0.1:51546        -> 10.0.0.9:80           four-way    5.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.001000000Z","time":"2026-11-22T08:12:32.009000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":998,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":8000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":8000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":7000000,"app_hold":null,"last_ack_wait":null,"total":8000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.007000000Z","time":"2026-11-22T08:12:32.012000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":5000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":5000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":4000000,"app_hold":null,"last_ack_wait":null,"total":5000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.012000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":9,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.003000 socket         10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=0 age_ns=1000000 age_from=2 left_ns=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.001000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.002000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.009000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.009000 socket         10.0.0.1:51546 10.0.0.9:80 TIME_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=5 age_ns=0 age_from=0 left_ns=50000000000 dead,no-socket netns=4026531840 cookie=0x12
08:12:32.007000 state          10.0.0.1:51546 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.008000 state          10.0.0.1:51546 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.008000 state          10.0.0.1:51546 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.012000 late           10.0.0.1:51546 10.0.0.9:80 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x12
--- timeline
curl[4021]                        08:12:32.001                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                1.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                7.0 ms                :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by curl[4021]; the peer's application held the connection open
for 7.0 ms after our FIN (8.0 ms in all).

curl[4021]                        08:12:32.007                              peer
10.0.0.1:51546                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(6) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                1.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    :                                      :
                    :                4.0 ms                :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by curl[4021]; the peer's application held the connection open
for 4.0 ms after our FIN (5.0 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->? (not-found)      10.0.0.9:80           four-way        8.00
curl[4021]       ->? (not-found)      10.0.0.9:80           four-way        5.00
--- who
08:12:32.003 to 08:12:32.012: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          2     222      .         2     222

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   2   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl               100   .   .   .   .      -      -      -   4.01   7.00   7.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             four-way        -                        2  100         .
--- hist
08:12:32.003 to 08:12:32.012: 2 closes

ack_wait, 2 closes
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        2 100.0 %

peer_hold, 2 closes
p50 4.0 ms, p90 7.0 ms, p99 7.0 ms, max 7.0 ms
       2 ms - 5 ms       |###################################|        1  50.0 %
       5 ms - 10 ms      |###################################|        1  50.0 %

total, 2 closes
p50 5.0 ms, p90 8.0 ms, p99 8.0 ms, max 8.0 ms
       5 ms - 10 ms      |###################################|        2 100.0 %
