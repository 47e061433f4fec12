# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Before 6.10 no tracepoint tells why a RST left, and none may be attached at all: the socket's own fields must do.
hooks reset_sent=none reset_received=none fin_resent=none
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51546 10.0.0.9:80
socket C 10.0.0.1:51548 10.0.0.9:80
socket D 10.0.0.1:51550 10.0.0.9:80
set A came=10 acks

0ms  A state SYN_SENT ESTABLISHED  owned file-live  in probe[55] connect(5)
0ms  B state SYN_SENT ESTABLISHED  owned file-live  in probe[55] connect(6)
0ms  C state SYN_SENT ESTABLISHED  owned file-live  in probe[55] connect(7)
0ms  D state SYN_SENT ESTABLISHED  owned file-live  in probe[55] connect(8)
50ms A state ESTABLISHED CLOSE     owned file-dead shut-rcv shut-snd  in probe[55] close(5)
50ms B state ESTABLISHED CLOSE     owned file-dead shut-rcv shut-snd linger linger-zero  in probe[55] close(6)
50ms C state ESTABLISHED CLOSE     owned file-live  in probe[55] connect(7)
50ms D state ESTABLISHED CLOSE     sk_err=104  file-live
tick 1s

expect A ending=reset-sent reason=unread-data initiator=local trigger=close
expect B ending=reset-sent reason=linger-zero initiator=local trigger=close
expect C ending=reset-sent reason=disconnect initiator=local trigger=connect
expect D ending=reset-received reason=established initiator=peer trigger=-
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
55      probe    10.0.0.1:51548        -> 10.0.0.9:80           reset       0.00
-       -        10.0.0.1:51550        <- 10.0.0.9:80           reset       0.00
55      probe    10.0.0.1:51544        -> 10.0.0.9:80           reset       0.00
55      probe    10.0.0.1:51546        -> 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"none","reset_received":"none","fin_resent":"none","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51548,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"disconnect","trigger":{"call":"connect","how":null,"fd":7,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"connect","how":null,"fd":7,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":null,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":null,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x14","local_addr":"10.0.0.1","local_port":51550,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":null,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"unread-data","trigger":{"call":"close","how":null,"fd":null,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":true,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":null,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":null,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":10,"unread":10,"unacked":0,"unsent":0},"data_lost":{"unread":10,"unsent":0,"unacked":0},"fin_retransmits":null,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"linger-zero","trigger":{"call":"close","how":null,"fd":null,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":true,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":null,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":null,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":null,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":4,"told":4,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":8,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in probe[55] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5010 rcv_wup=5010 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:51546 10.0.0.9:80 SYN_SENT -> ESTABLISHED in probe[55] connect(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.000000 state          10.0.0.1:51548 10.0.0.9:80 SYN_SENT -> ESTABLISHED in probe[55] connect(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.000000 state          10.0.0.1:51550 10.0.0.9:80 SYN_SENT -> ESTABLISHED in probe[55] connect(8, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x14
08:12:32.050000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE in probe[55] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5010 rcv_wup=5010 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.050000 state          10.0.0.1:51546 10.0.0.9:80 ESTABLISHED -> CLOSE in probe[55] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,linger,linger-zero netns=4026531840 cookie=0x12
08:12:32.050000 state          10.0.0.1:51548 10.0.0.9:80 ESTABLISHED -> CLOSE in probe[55] connect(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.050000 state          10.0.0.1:51550 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x14
--- timeline
probe[55]                         08:12:32.050                              peer
10.0.0.1:51548                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
         connect(7) |                                      |
          probe[55] |                                      |
                    |- - - - - - - -  RST - - - - - - - - >|
              CLOSE |                                      |
reset-sent: probe[55] disconnected the socket, which sends a RST (disconnect).

-                                 08:12:32.050                              peer
10.0.0.1:51550                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was open (established).

probe[55]                         08:12:32.050                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
   close* probe[55] |                                      |
                    |- - - - - - - -  RST - - - - - - - - >|
              CLOSE |                                      |
reset-sent: probe[55] closed with data unread and so sent a RST (unread-data).
10 bytes for probe[55] arrived and were never read.

probe[55]                         08:12:32.050                              peer
10.0.0.1:51546                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
   close* probe[55] |                                      |
                    |- - - - - - - -  RST - - - - - - - - >|
              CLOSE |                                      |
reset-sent: probe[55] closed with SO_LINGER of zero, which sends a RST
(linger-zero).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
probe[55]        ->  (not-found)      10.0.0.9:80           reset           0.00
-                <-  (not-found)      10.0.0.9:80           reset           0.00
probe[55]        ->  (not-found)      10.0.0.9:80           reset           0.00
probe[55]        ->  (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:12:33.000: 4 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
probe                                         3    3.00      .         .       .
-                                             1    1.00      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
probe                  3    67    .    .    .    .    33    .  100    .    .   .
-                      1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
probe                .   .   . 100   .      -      -      -      -      -      -
-                    .   .   .   . 100      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
probe            reset-sent      unread-data              1   33         1
probe            reset-sent      linger-zero              1   33         .
probe            reset-sent      disconnect               1   33         .
-                reset-received  established              1  100         .
--- hist
08:12:32.000 to 08:12:33.000: 4 closes

total, 4 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        4 100.0 %

age, 4 closes
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        4 100.0 %
