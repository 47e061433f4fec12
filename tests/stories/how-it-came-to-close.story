# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --stack: names, a stripped library, code in no file, a name that nobody would choose; and what is missing.
options --stack
stack 10ms 4021 "0x7f10\x090xf8a00\x090x10\x09__close\x09/usr/lib/libc.so.6\n0x5501\x090x1101\x090x9\x09net/http.(*conn).close\x09/srv/a b\n0x7f20\x090x4711\x09-\x09-\x09/opt/lib/libx.so\n0x9000\x09-\x09-\x09-\x09-\n0x5502\x090x1200\x090x1f\x09f\x1b[2J\xff\"\\\x09/srv/a b (deleted)\n!stack: callers may be left out\n"
stack 21ms 812 "!stack: the process was ending\n"
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:443 10.0.0.9:51544
socket C 10.0.0.1:51600 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED    owned file-live  in curl[4021] connect(5)
0ms  B state SYN_RECV ESTABLISHED    no-socket
0ms  C state SYN_SENT ESTABLISHED    owned file-live  in wget[4022] connect(3)
10ms A state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in curl[4021] close(5)
10ms A call ESTABLISHED              took=30us ret=0  in curl[4021] close(5)
12ms A state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
20ms B state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
set B acks read
21ms B state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in nginx[812] exiting status=0
22ms B state LAST_ACK CLOSE          segment sent=1 acked  dead done owned no-socket shut-rcv shut-snd  in curl[4021] close(9)
30ms C state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in wget[4022] close(3)
30ms C call ESTABLISHED              took=30us ret=0  in wget[4022] close(3)
31ms C state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
61ms C state FIN_WAIT2 CLOSE         segment came=1 acks  dead done no-socket shut-rcv shut-snd
62ms A state FIN_WAIT2 CLOSE         segment came=1 acks  dead done no-socket shut-rcv shut-snd
tick 1s
expect A ending=four-way pid=4021
expect B ending=four-way pid=812
expect C ending=four-way pid=4022
expect-tally seen=3 told=3 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
812     nginx    10.0.0.1:443          <- 10.0.0.9:51544        four-way    2.00
        stack: the process was ending
4022    wget     10.0.0.1:51600        -> 10.0.0.9:80           four-way   31.00
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           four-way   52.00
        __close+0x10 (libc.so.6)
        net/http.(*conn).close+0x9 (a b)
        libx.so+0x4711
        [unresolved] 0x9000
        f\x1b[2J\xff"\+0x1f (a b (deleted))
        stack: callers may be left out
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf","stack":"bpf_get_stack"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.020000000Z","time":"2026-11-22T08:12:32.022000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":22000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"exit","how":null,"fd":null,"pid":812,"tid":812,"comm":"nginx","process":"nginx","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":0,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"exit","how":null,"fd":null,"pid":812,"tid":812,"comm":"nginx","process":"nginx","ret":null,"at_ns":1000000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":1000000,"seq":1000,"ack":5001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":1000000,"last_ack_wait":1000000,"total":2000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["stack: the process was ending"]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.030000000Z","time":"2026-11-22T08:12:32.061000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51600,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":61000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":3,"pid":4022,"tid":4022,"comm":"wget","process":"wget","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":3,"pid":4022,"tid":4022,"comm":"wget","process":"wget","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":31000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":31000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":30000000,"app_hold":null,"last_ack_wait":null,"total":31000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["stack: none came with the change of state"]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.062000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":62000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":[{"symbol":"__close","offset":16,"module":"/usr/lib/libc.so.6","module_offset":1018368,"address":"0x7f10","raw_symbol":"__close","file":null,"line":null,"inlined":false},{"symbol":"net/http.(*conn).close","offset":9,"module":"/srv/a b","module_offset":4353,"address":"0x5501","raw_symbol":"net/http.(*conn).close","file":null,"line":null,"inlined":false},{"symbol":null,"offset":null,"module":"/opt/lib/libx.so","module_offset":18193,"address":"0x7f20","raw_symbol":null,"file":null,"line":null,"inlined":false},{"symbol":null,"offset":null,"module":null,"module_offset":null,"address":"0x9000","raw_symbol":null,"file":null,"line":null,"inlined":false},{"symbol":"f\u001b[2J\\xff\"\\","offset":31,"module":"/srv/a b (deleted)","module_offset":4608,"address":"0x5502","raw_symbol":"f\u001b[2J\\xff\"\\","file":null,"line":null,"inlined":false}]},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":52000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":52000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":50000000,"app_hold":null,"last_ack_wait":null,"total":52000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["stack: callers may be left out"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":3,"told":3,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":14,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.000000 state          10.0.0.1:51600 10.0.0.9:80 SYN_SENT -> ESTABLISHED in wget[4022] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.020000 state          10.0.0.1:443 10.0.0.9:51544 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x12
08:12:32.021000 state          10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT -> LAST_ACK in nginx[812] exit_code=0 snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5001 segs_in=2 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.022000 state          10.0.0.1:443 10.0.0.9:51544 LAST_ACK -> CLOSE in curl[4021] close(9, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5001 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.030000 state          10.0.0.1:51600 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in wget[4022] close(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.030000 call           10.0.0.1:51600 10.0.0.9:80 ESTABLISHED in wget[4022] close(3, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x13
08:12:32.031000 state          10.0.0.1:51600 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.061000 state          10.0.0.1:51600 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.062000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
nginx[812]                        08:12:32.020                              peer
10.0.0.1:443                                                      10.0.0.9:51544
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    |- - - -  2 ACK seq +0 ack +1 - - - - >|
                    |          seq 1000 ack 5001           |
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
  exit 0 nginx[812] |                                      |
                    |-------- 3 FIN seq +0 ack +1 -------->|
           LAST_ACK |          seq 1000 ack 5001           | (TIME_WAIT)
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
                    |<----------- 4 ACK ack +1 ------------|
              CLOSE |               ack 1001               |
four-way, begun by the peer; the ACK of the FIN took 1.0 ms (2.0 ms in all).

wget[4022]                        08:12:32.030                              peer
10.0.0.1:51600                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(3) wget[4022] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                1.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                30 ms                 :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by wget[4022]; the peer's application held the connection open
for 30 ms after our FIN (31 ms in all).

curl[4021]                        08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                50 ms                 :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by curl[4021]; the peer's application held the connection open
for 50 ms after our FIN (52 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      ->  nginx[812]       10.0.0.1:443          four-way        2.00
wget[4022]       ->  (not-found)      10.0.0.9:80           four-way       31.00
curl[4021]       ->  (not-found)      10.0.0.9:80           four-way       52.00
--- who
08:12:32.000 to 08:12:33.000: 3 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          1    1.00      .         1    1.00
nginx                                         1    1.00      .         .       .
wget                                          1    1.00      .         1    1.00

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   1   100    .    .    .    .     .    .  100    .    .   .
nginx                  1     .    .    .  100    .     .    .    .  100    .   .
wget                   1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl               100   .   .   .   .      -      -      -  50.00  50.00  50.00
nginx              100   .   .   .   .   1.00   1.00   1.00      -      -      -
wget               100   .   .   .   .      -      -      -  30.00  30.00  30.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             four-way        -                        1  100         .
nginx            four-way        -                        1  100         .
wget             four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:33.000: 3 closes

ack_wait, 2 closes
p50 1.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       1 ms - 2 ms       |###################################|        1  50.0 %
       2 ms - 5 ms       |###################################|        1  50.0 %

peer_hold, 2 closes
p50 30 ms, p90 50 ms, p99 50 ms, max 50 ms
      20 ms - 50 ms      |###################################|        1  50.0 %
      50 ms - 100 ms     |###################################|        1  50.0 %

app_hold, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

total, 3 closes
p50 31 ms, p90 52 ms, p99 52 ms, max 52 ms
       2 ms - 5 ms       |###################################|        1  33.3 %
       5 ms - 10 ms      |                                   |        0   0.0 %
      10 ms - 20 ms      |                                   |        0   0.0 %
      20 ms - 50 ms      |###################################|        1  33.3 %
      50 ms - 100 ms     |###################################|        1  33.3 %

age, 3 closes
p50 61 ms, p90 62 ms, p99 62 ms, max 62 ms
      20 ms - 50 ms      |#################                  |        1  33.3 %
      50 ms - 100 ms     |###################################|        2  66.7 %
