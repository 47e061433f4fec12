# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The threads of java have names of their own. Every view names the process; the thread's name is beside it. The second
# process with that pid has other, hostile names; the close of the first keeps the name that it had.
socket A 127.0.0.1:51544 127.0.0.1:5432 cookie=0x11
socket B 127.0.0.1:5432 127.0.0.1:51544 cookie=0x12
socket C 127.0.0.1:51546 10.0.0.9:80 cookie=0x13
set B snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms  B state SYN_RECV ESTABLISHED   no-socket
0ms  A state SYN_SENT ESTABLISHED   owned file-live  in main[812/814] connect(5) process=java
5ms  A state ESTABLISHED FIN_WAIT1  owned file-live shut-snd  in order-worker-1[812/815] shutdown(5,1) process=java
5ms  A call ESTABLISHED             took=20us ret=0  in order-worker-1[812/815] shutdown(5,1) process=java
5ms  B state ESTABLISHED CLOSE_WAIT came=1 acks  shut-rcv done file-live
6ms  A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  shut-snd file-live
9ms  B state CLOSE_WAIT LAST_ACK    owned file-dead shut-rcv shut-snd done  in ib_worker[700/733] close(7) process=mysqld
9ms  B call CLOSE_WAIT              took=20us ret=0  in ib_worker[700/733] close(7) process=mysqld
9ms  A state FIN_WAIT2 CLOSE        segment came=1 acks  done shut-snd file-live
9ms  B state LAST_ACK CLOSE         sent=1 acked  dead done no-socket
10ms A destroy                      owned file-dead  in closer[812/816] close(5) process=java
10ms A call CLOSE                   took=20us ret=0  in closer[812/816] close(5) process=java
30ms C state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in "\x1b\x1b\x1b\x1b\x1b\x1b\x1b"[812/820] close(9) process="re\x1bborn"
30ms C call ESTABLISHED             took=20us ret=0  in "\x1b\x1b\x1b\x1b\x1b\x1b\x1b"[812/820] close(9) process="re\x1bborn"
31ms C state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket
31ms C state FIN_WAIT2 CLOSE        segment came=1 acks  dead done no-socket

expect A pid=812 tid=815 comm=order-worker-1 process=java twin.pid=700 twin.comm=ib_worker twin.process=mysqld
expect B pid=700 tid=733 comm=ib_worker process=mysqld twin.pid=812 twin.comm=order-worker-1 twin.process=java
expect C pid=812 tid=820
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
700     mysqld   127.0.0.1:5432        <- 127.0.0.1:51544       four-way    4.00
812     java     127.0.0.1:51544       -> 127.0.0.1:5432        four-way    4.00
812     re\x1bbo 127.0.0.1:51546       -> 10.0.0.9:80           four-way    1.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.005000000Z","time":"2026-11-22T08:12:32.009000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"127.0.0.1","local_port":5432,"peer_addr":"127.0.0.1","peer_port":51544,"iss":4999,"irs":999,"v4_mapped":false,"opened":"accept","age_ns":9000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":7,"pid":700,"tid":733,"comm":"ib_worker","process":"mysqld","ret":0,"uid":0,"call_ns":20000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":700,"tid":733,"comm":"ib_worker","process":"mysqld","ret":0,"at_ns":4000000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":5000,"ack":1001,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":4000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":4000000,"seq":null,"ack":5001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":4000000,"last_ack_wait":0,"total":4000000},"cut":null,"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":812,"comm":"order-worker-1","process":"java","cookie":"0x11"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.005000000Z","time":"2026-11-22T08:12:32.009000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"127.0.0.1","local_port":51544,"peer_addr":"127.0.0.1","peer_port":5432,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":9000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"shutdown","how":"SHUT_WR","fd":5,"pid":812,"tid":815,"comm":"order-worker-1","process":"java","ret":0,"uid":0,"call_ns":20000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":5,"pid":812,"tid":815,"comm":"order-worker-1","process":"java","ret":0,"at_ns":0,"effect":"fin"},{"call":"close","how":null,"fd":5,"pid":812,"tid":816,"comm":"closer","process":"java","ret":0,"at_ns":5000000,"effect":"released"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":4000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":4000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":3000000,"app_hold":null,"last_ack_wait":null,"total":4000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":1,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":700,"comm":"ib_worker","process":"mysqld","cookie":"0x12"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.030000000Z","time":"2026-11-22T08:12:32.031000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"127.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":9,"pid":812,"tid":820,"comm":"\u001b\u001b\u001b\u001b\u001b\u001b\u001b","process":"re\u001bborn","ret":0,"uid":0,"call_ns":20000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":9,"pid":812,"tid":820,"comm":"\u001b\u001b\u001b\u001b\u001b\u001b\u001b","process":"re\u001bborn","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":1000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":1000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":0,"app_hold":null,"last_ack_wait":null,"total":1000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.031000000Z","seen":3,"told":3,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":16,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          127.0.0.1:5432 127.0.0.1:51544 SYN_RECV -> ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.000000 state          127.0.0.1:51544 127.0.0.1:5432 SYN_SENT -> ESTABLISHED in main[814] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.005000 state          127.0.0.1:51544 127.0.0.1:5432 ESTABLISHED -> FIN_WAIT1 in order-worker-1[815] shutdown(5, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.005000 call           127.0.0.1:51544 127.0.0.1:5432 ESTABLISHED in order-worker-1[815] shutdown(5, 1) = 0 call_ns=20000 netns=4026531840 cookie=0x11
08:12:32.005000 state          127.0.0.1:5432 127.0.0.1:51544 ESTABLISHED -> CLOSE_WAIT snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1001 rcv_wup=1001 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x12
08:12:32.006000 state          127.0.0.1:51544 127.0.0.1:5432 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.009000 state          127.0.0.1:5432 127.0.0.1:51544 CLOSE_WAIT -> LAST_ACK in ib_worker[733] close(7, 0) snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1001 rcv_wup=1001 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.009000 call           127.0.0.1:5432 127.0.0.1:51544 CLOSE_WAIT in ib_worker[733] close(7, 0) = 0 call_ns=20000 netns=4026531840 cookie=0x12
08:12:32.009000 state          127.0.0.1:51544 127.0.0.1:5432 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.009000 state          127.0.0.1:5432 127.0.0.1:51544 LAST_ACK -> CLOSE snd_una=5001 snd_nxt=5001 write_seq=5001 rcv_nxt=1001 rcv_wup=1001 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 dead,done,no-socket netns=4026531840 cookie=0x12
08:12:32.010000 destroy        127.0.0.1:51544 127.0.0.1:5432 CLOSE in closer[816] close(5, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 owned,file-dead netns=4026531840 cookie=0x11
08:12:32.010000 call           127.0.0.1:51544 127.0.0.1:5432 CLOSE in closer[816] close(5, 0) = 0 call_ns=20000 netns=4026531840 cookie=0x11
08:12:32.030000 state          127.0.0.1:51546 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in \x1b\x1b\x1b\x1b\x1b\x1b\x1b[820] close(9, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.030000 call           127.0.0.1:51546 10.0.0.9:80 ESTABLISHED in \x1b\x1b\x1b\x1b\x1b\x1b\x1b[820] close(9, 0) = 0 call_ns=20000 netns=4026531840 cookie=0x13
08:12:32.031000 state          127.0.0.1:51546 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket netns=4026531840 cookie=0x13
08:12:32.031000 state          127.0.0.1:51546 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket netns=4026531840 cookie=0x13
--- timeline
java[812]                         08:12:32.005                       mysqld[700]
127.0.0.1:51544                                                   127.0.0.1:5432
        ESTABLISHED |                                      | ESTABLISHED
    shutdown(5, WR) |                                      |
          java[812] |                                      |
    /order-worker-1 |                                      |
                    |----- 1 FIN seq +0 ack +0, 0 ns ----->|
          FIN_WAIT1 |          seq 1000 ack 5000           | CLOSE_WAIT
                    |                1.0 ms                |
                    |<-------- 2 ACK seq +0 ack +1 --------|
          FIN_WAIT2 |          seq 5000 ack 1001           |
                    :                                      :
                    :                3.0 ms                :
                    :                                      :
                    |                                      | close(7)
                    |                                      | mysqld[700]
                    |                                      | /ib_worker
                    |<----- 3 FIN seq +0 ack +1, 0 ns -----|
          TIME_WAIT |          seq 5000 ack 1001           | LAST_ACK
                    |----- 4 ACK seq +1 ack +1, 0 ns ----->|
                    |          seq 1001 ack 5001           | CLOSE
                    |                1.0 ms                |
           close(5) |                                      |
   java[812]/closer |                                      |
last reference gone |                                      |
four-way, begun by java[812]; mysqld[700] held the connection open for 4.0 ms
after the FIN of java[812].

re\x1bborn[812]                   08:12:32.030                              peer
127.0.0.1:51546                                                      10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(9) |                                      |
    re\x1bborn[812] |                                      |
  /\x1b\x1b\x1b\x1b |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by re\x1bborn[812]; the ACK of the FIN took 1.0 ms.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
java[812]        ->  mysqld[700]      127.0.0.1:5432        four-way        4.00
re\x1bborn[812]  ->? (not-found)      10.0.0.9:80           four-way        1.00
--- who
08:12:32.000 to 08:12:32.031: 3 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
java                                          1    32.3      .         1    32.3
mysqld                                        1    32.3      .         .       .
re\x1bborn                                    1    32.3      .         1    32.3

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
java                   1     .  100    .    .    .     .    .  100    .    .   .
mysqld                 1   100    .    .    .    .     .    .    .  100    .   .
re\x1bborn             1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
java               100   .   .   .   .      -      -      -   3.00   3.00   3.00
mysqld             100   .   .   .   .   4.00   4.00   4.00      -      -      -
re\x1bborn         100   .   .   .   .      -      -      -   0.00   0.00   0.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
java             four-way        -                        1  100         .
mysqld           four-way        -                        1  100         .
re\x1bborn       four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.031: 3 closes

ack_wait, 2 closes
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        2 100.0 %

peer_hold, 2 closes
p50 0 ns, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       0 ns - 1 ns       |###################################|        1  50.0 %
       1 ns - 2 ns       |                                   |        0   0.0 %
       2 ns - 5 ns       |                                   |        0   0.0 %
       5 ns - 10 ns      |                                   |        0   0.0 %
      10 ns - 20 ns      |                                   |        0   0.0 %
      20 ns - 50 ns      |                                   |        0   0.0 %
      50 ns - 100 ns     |                                   |        0   0.0 %
     100 ns - 200 ns     |                                   |        0   0.0 %
     200 ns - 500 ns     |                                   |        0   0.0 %
     500 ns - 1 us       |                                   |        0   0.0 %
       1 us - 2 us       |                                   |        0   0.0 %
       2 us - 5 us       |                                   |        0   0.0 %
       5 us - 10 us      |                                   |        0   0.0 %
      10 us - 20 us      |                                   |        0   0.0 %
      20 us - 50 us      |                                   |        0   0.0 %
      50 us - 100 us     |                                   |        0   0.0 %
     100 us - 200 us     |                                   |        0   0.0 %
     200 us - 500 us     |                                   |        0   0.0 %
     500 us - 1 ms       |                                   |        0   0.0 %
       1 ms - 2 ms       |                                   |        0   0.0 %
       2 ms - 5 ms       |###################################|        1  50.0 %

app_hold, 1 close
p50 4.0 ms, p90 4.0 ms, p99 4.0 ms, max 4.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

total, 3 closes
p50 4.0 ms, p90 4.0 ms, p99 4.0 ms, max 4.0 ms
       1 ms - 2 ms       |#################                  |        1  33.3 %
       2 ms - 5 ms       |###################################|        2  66.7 %

age, 2 closes
p50 9.0 ms, p90 9.0 ms, p99 9.0 ms, max 9.0 ms
       5 ms - 10 ms      |###################################|        2 100.0 %
