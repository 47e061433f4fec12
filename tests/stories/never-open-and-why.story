# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Why connections were never established, and who tried: the change to CLOSE that a segment or a timer makes has the task
# that called connect().
options --all
socket T 10.0.0.1:51544 10.0.0.9:81 cookie=0x11
socket U 10.0.0.1:51545 10.0.0.9:81 cookie=0x12
socket C 10.0.0.1:51546 10.0.0.9:81 cookie=0x13
socket N 10.0.0.1:0 10.0.0.9:81 cookie=0x14
socket O 10.0.0.1:51547 10.0.0.9:81 cookie=0x15
socket R 10.0.0.1:51548 10.0.0.9:81 cookie=0x16

0ms T state SYN_SENT CLOSE      sk_err=110 connector file-live  in curl[4021] connect(5)
1ms U state SYN_SENT CLOSE      sk_err=113 file-live
2ms C state SYN_SENT CLOSE      owned file-dead shut-rcv shut-snd  in curl[4021] close(6)
2ms C destroy                   owned dead shut-rcv shut-snd  in curl[4021] close(6)
2ms C call SYN_SENT             took=10us ret=0  in curl[4021] close(6)
3ms N state SYN_SENT CLOSE      owned file-live  in curl[4021] connect(7)
4ms O state SYN_SENT CLOSE      sk_err=5 file-live
5ms R reset-received SYN_SENT   file-live
5ms R state SYN_SENT CLOSE      sk_err=111 connector file-live  in wget[4022] connect(8)
tick 2s

expect T ending=never-open reason=timed-out initiator=none trigger=- calls=connect:none
expect U ending=never-open reason=unreachable initiator=none calls=-
expect C ending=never-open reason=closed initiator=local trigger=close fd=6
expect N ending=never-open reason=no-port initiator=local trigger=connect fd=7
expect O ending=never-open reason=other initiator=none
expect R ending=never-open reason=refused initiator=peer trigger=- calls=connect:none
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51546        -> 10.0.0.9:81           failed      0.00
-       -        10.0.0.1:51545        -- 10.0.0.9:81           failed      0.00
4021    curl     10.0.0.1:0            -> 10.0.0.9:81           failed      0.00
-       -        10.0.0.1:51547        -- 10.0.0.9:81           failed      0.00
4021    curl     10.0.0.1:51544        -- 10.0.0.9:81           failed      0.00
4022    wget     10.0.0.1:51548        <- 10.0.0.9:81           failed      0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.002000000Z","time":"2026-11-22T08:12:32.002000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"never-open","class":"failed","reason":"closed","trigger":{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":10000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.001000000Z","time":"2026-11-22T08:12:32.001000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51545,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"none","ending":"never-open","class":"failed","reason":"unreachable","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.003000000Z","time":"2026-11-22T08:12:32.003000000Z","family":4,"netns":4026531840,"cookie":"0x14","local_addr":"10.0.0.1","local_port":0,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"never-open","class":"failed","reason":"no-port","trigger":{"call":"connect","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"connect","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.004000000Z","time":"2026-11-22T08:12:32.004000000Z","family":4,"netns":4026531840,"cookie":"0x15","local_addr":"10.0.0.1","local_port":51547,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"none","ending":"never-open","class":"failed","reason":"other","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.000000000Z","time":"2026-11-22T08:12:32.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"none","ending":"never-open","class":"failed","reason":"timed-out","trigger":null,"reset_by":null,"calls":[{"call":"connect","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":null,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.005000000Z","time":"2026-11-22T08:12:32.005000000Z","family":4,"netns":4026531840,"cookie":"0x16","local_addr":"10.0.0.1","local_port":51548,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"never-open","class":"failed","reason":"refused","trigger":null,"reset_by":null,"calls":[{"call":"connect","how":null,"fd":8,"pid":4022,"tid":4022,"comm":"wget","process":"wget","ret":null,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:34.000000000Z","seen":6,"told":6,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":9,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:81 SYN_SENT -> CLOSE in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=110 file-live netns=4026531840 cookie=0x11
08:12:32.001000 state          10.0.0.1:51545 10.0.0.9:81 SYN_SENT -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=113 file-live netns=4026531840 cookie=0x12
08:12:32.002000 state          10.0.0.1:51546 10.0.0.9:81 SYN_SENT -> CLOSE in curl[4021] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.002000 destroy        10.0.0.1:51546 10.0.0.9:81 CLOSE in curl[4021] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.002000 call           10.0.0.1:51546 10.0.0.9:81 SYN_SENT in curl[4021] close(6, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x13
08:12:32.003000 state          10.0.0.1:0 10.0.0.9:81 SYN_SENT -> CLOSE in curl[4021] connect(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x14
08:12:32.004000 state          10.0.0.1:51547 10.0.0.9:81 SYN_SENT -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=5 file-live netns=4026531840 cookie=0x15
08:12:32.005000 reset-received 10.0.0.1:51548 10.0.0.9:81 SYN_SENT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x16
08:12:32.005000 state          10.0.0.1:51548 10.0.0.9:81 SYN_SENT -> CLOSE in wget[4022] connect(8, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=111 file-live netns=4026531840 cookie=0x16
--- timeline
curl[4021]                        08:12:32.002                              peer
10.0.0.1:51546                                                       10.0.0.9:81
           SYN_SENT |                                      |
close(6) curl[4021] |                                      |
       nothing sent |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established: the program closed the socket before an
answer came (closed).

-                                 08:12:32.001                              peer
10.0.0.1:51545                                                       10.0.0.9:81
           SYN_SENT |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established: an ICMP message said that the peer cannot
be reached (unreachable).

curl[4021]                        08:12:32.003                              peer
10.0.0.1:0                                                           10.0.0.9:81
           SYN_SENT |                                      |
         connect(7) |                                      |
         curl[4021] |                                      |
       nothing sent |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established: no local port was free for connect()
(no-port).

-                                 08:12:32.004                              peer
10.0.0.1:51547                                                       10.0.0.9:81
           SYN_SENT |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established.

curl[4021]                        08:12:32.000                              peer
10.0.0.1:51544                                                       10.0.0.9:81
           SYN_SENT |                                      |
         connect(5) |                                      |
         curl[4021] |                                      |
       nothing sent |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established: no answer came (timed-out).

wget[4022]                        08:12:32.005                              peer
10.0.0.1:51548                                                       10.0.0.9:81
           SYN_SENT |                                      |
         connect(8) |                                      |
         wget[4022] |                                      |
       nothing sent |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established: the peer refused it by a RST (refused).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->? (not-found)      10.0.0.9:81           failed          0.00
-                --? (not-found)      10.0.0.9:81           failed          0.00
curl[4021]       ->? (not-found)      10.0.0.9:81           failed          0.00
-                --? (not-found)      10.0.0.9:81           failed          0.00
curl[4021]       --? (not-found)      10.0.0.9:81           failed          0.00
wget[4022]       <-? (not-found)      10.0.0.9:81           failed          0.00
--- who
08:12:32.000 to 08:12:34.000: 6 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          3    1.50      .         .       .
-                                             2    1.00      .         .       .
wget                                          1    0.50      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   3    33    .    .    .    .    33   33   67    .    .  33
-                      2     .    .    .    .    .     .  100    .    .    . 100
wget                   1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl                 .   . 100   .   .      -      -      -      -      -      -
-                    .   . 100   .   .      -      -      -      -      -      -
wget                 .   . 100   .   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             never-open      timed-out                1   33         .
curl             never-open      no-port                  1   33         .
curl             never-open      closed                   1   33         .
-                never-open      other                    1   50         .
-                never-open      unreachable              1   50         .
wget             never-open      refused                  1  100         .
--- hist
08:12:32.000 to 08:12:34.000: 6 closes

total, 6 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        6 100.0 %
