# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# TCP Fast Open: accepted in SYN_RECV, ten bytes read, then a RST comes: a program had it, so it was open. Another is
# closed with its data unread. The client's data was in the SYN, and the SYN refused. The last one never had a program.
socket A 10.0.0.9:80 10.0.0.1:51544
socket U 10.0.0.9:80 10.0.0.1:51545 cookie=0x12
socket C 10.0.0.1:51546 10.0.0.9:80 cookie=0x13
socket N 10.0.0.9:80 10.0.0.1:51547 cookie=0x14

0ms  A reset-received SYN_RECV       bytes_received=10 rcv_nxt=+10 copied_seq=+10 sent=1  file-live
0ms  A state SYN_RECV CLOSE          sk_err=104  file-live
5ms  A destroy                       dead owned shut-rcv shut-snd  in server[4021] close(7)
5ms  A call CLOSE                    took=10us ret=0  in server[4021] close(7)
10ms U state SYN_RECV CLOSE          bytes_received=10 rcv_nxt=+10 sent=1  owned file-dead shut-rcv shut-snd  in server[4021] close(8)
10ms U reset-sent CLOSE              reason=ABORT_ON_CLOSE  owned dead no-socket shut-rcv shut-snd
10ms U destroy                       owned dead shut-rcv shut-snd  in server[4021] close(8)
10ms U call SYN_RECV                 took=10us ret=0  in server[4021] close(8)
20ms C state SYN_SENT CLOSE          bytes_sent=10 sent=11 sk_err=111  file-live
25ms C destroy                       dead owned shut-rcv shut-snd  in client[4022] close(5)
25ms C call CLOSE                    took=10us ret=0  in client[4022] close(5)
30ms N state SYN_RECV CLOSE          sent=1  dead no-socket

expect A ending=reset-received initiator=peer opened=accept reason=established received=10 missing=-
expect U ending=reset-sent initiator=local opened=accept reason=unread-data trigger=close pid=4021 lost.unread=10
expect C ending=reset-received initiator=peer opened=connect sent=10 lost.unacked=10
expect-tally seen=4 told=3 filtered=1 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    server   10.0.0.9:80           <- 10.0.0.1:51544        reset       0.00
4021    server   10.0.0.9:80           -> 10.0.0.1:51545        reset       0.00
4022    client   10.0.0.1:51546        <- 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.000000000Z","time":"2026-11-22T08:12:32.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.9","local_port":80,"peer_addr":"10.0.0.1","peer_port":51544,"iss":1000,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"server","process":"server","ret":0,"at_ns":5000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["SYN_RECV","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":10,"unread":0,"unacked":1,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.010000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.9","local_port":80,"peer_addr":"10.0.0.1","peer_port":51545,"iss":1000,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"unread-data","trigger":{"call":"close","how":null,"fd":8,"pid":4021,"tid":4021,"comm":"server","process":"server","ret":0,"uid":0,"call_ns":10000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":8,"pid":4021,"tid":4021,"comm":"server","process":"server","ret":0,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["SYN_RECV","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":10,"unread":10,"unacked":1,"unsent":0},"data_lost":{"unread":10,"unsent":0,"unacked":0},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.020000000Z","time":"2026-11-22T08:12:32.020000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":null,"irs":null,"v4_mapped":false,"opened":"connect","age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4022,"tid":4022,"comm":"client","process":"client","ret":0,"at_ns":5000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["SYN_SENT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":10,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":{"unread":0,"unsent":0,"unacked":10},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.030000000Z","seen":4,"told":3,"filtered":1,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":12,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 reset-received 10.0.0.9:80 10.0.0.1:51544 SYN_RECV snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5010 rcv_wup=5000 copied_seq=5010 segs_in=1 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.9:80 10.0.0.1:51544 SYN_RECV -> CLOSE snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5010 rcv_wup=5000 copied_seq=5010 segs_in=1 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x11
08:12:32.005000 destroy        10.0.0.9:80 10.0.0.1:51544 CLOSE in server[4021] close(7, 0) snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5010 rcv_wup=5000 copied_seq=5010 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.005000 call           10.0.0.9:80 10.0.0.1:51544 CLOSE in server[4021] close(7, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.9:80 10.0.0.1:51545 SYN_RECV -> CLOSE in server[4021] close(8, 0) snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5010 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.010000 reset-sent     10.0.0.9:80 10.0.0.1:51545 CLOSE snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5010 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=1 unasked dead,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.010000 destroy        10.0.0.9:80 10.0.0.1:51545 CLOSE in server[4021] close(8, 0) snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5010 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.010000 call           10.0.0.9:80 10.0.0.1:51545 SYN_RECV in server[4021] close(8, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x12
08:12:32.020000 state          10.0.0.1:51546 10.0.0.9:80 SYN_SENT -> CLOSE snd_una=1000 snd_nxt=1011 write_seq=1011 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=111 file-live netns=4026531840 cookie=0x13
08:12:32.025000 destroy        10.0.0.1:51546 10.0.0.9:80 CLOSE in client[4022] close(5, 0) snd_una=1000 snd_nxt=1011 write_seq=1011 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.025000 call           10.0.0.1:51546 10.0.0.9:80 CLOSE in client[4022] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x13
08:12:32.030000 state          10.0.0.9:80 10.0.0.1:51547 SYN_RECV -> CLOSE snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,no-socket netns=4026531840 cookie=0x14
--- timeline
server[4021]                      08:12:32.000                              peer
10.0.0.9:80                                                       10.0.0.1:51544
           SYN_RECV |                                      |
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
                    :                                      :
                    :                5.0 ms                :
                    :                                      :
           close(7) |                                      |
       server[4021] |                                      |
       nothing sent |                                      |
reset-received: a RST arrived while the connection was open (established).

server[4021]                      08:12:32.010                              peer
10.0.0.9:80                                                       10.0.0.1:51545
           SYN_RECV |                                      |
           close(8) |                                      |
       server[4021] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: server[4021] closed with data unread and so sent a RST
(unread-data). 10 bytes for server[4021] arrived and were never read.

client[4022]                      08:12:32.020                              peer
10.0.0.1:51546                                                       10.0.0.9:80
           SYN_SENT |                                      |
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
                    :                                      :
                    :                5.0 ms                :
                    :                                      :
           close(5) |                                      |
       client[4022] |                                      |
       nothing sent |                                      |
reset-received: a RST arrived while the connection was open (established). 10
bytes of client[4022] were sent and never acknowledged.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
client[4022]     <-  (not-found)      10.0.0.9:80           reset           0.00
(not-found)      ->  server[4021]     10.0.0.9:80           reset           0.00
(not-found)      <-  server[4021]     10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:12:32.030: 3 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
server                                        2    66.7      .         .       .
client                                        1    33.3      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
server                 2    50    .    .    .    .     .   50   50   50    .   .
client                 1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
server               .   .   .  50  50      -      -      -      -      -      -
client               .   .   .   . 100      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
server           reset-sent      unread-data              1   50         1
server           reset-received  established              1   50         .
client           reset-received  established              1  100         1
--- hist
08:12:32.000 to 08:12:32.030: 3 closes

total, 3 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        3 100.0 %
