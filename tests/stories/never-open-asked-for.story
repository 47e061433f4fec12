# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The same with --all.
options --all
socket A 10.0.0.1:51544 10.0.0.9:81

0ms A reset-received SYN_SENT  segment  file-live
0ms A state SYN_SENT CLOSE     sk_err=111  file-live
tick 1s

expect A ending=never-open class=failed reason=refused trigger=- opened=- age=- partial=no
expect-tally seen=1 told=1 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
-       -        10.0.0.1:51544        <- 10.0.0.9:81           failed      0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.000000000Z","time":"2026-11-22T08:12:32.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":81,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"never-open","class":"failed","reason":"refused","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":2,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 reset-received 10.0.0.1:51544 10.0.0.9:81 SYN_SENT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:81 SYN_SENT -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=111 file-live netns=4026531840 cookie=0x11
--- timeline
-                                 08:12:32.000                              peer
10.0.0.1:51544                                                       10.0.0.9:81
           SYN_SENT |                                      |
              ended :                                      :
              CLOSE |                                      |
never-open: it was never established: the peer refused it by a RST (refused).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
-                <-? (not-found)      10.0.0.9:81           failed          0.00
--- who
08:12:32.000 to 08:12:33.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    1.00      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   . 100   .   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                never-open      refused                  1  100         .
--- hist
08:12:32.000 to 08:12:33.000: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %
