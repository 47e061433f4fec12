# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Events were lost. A look at the sockets finds that A and B are gone: how they ended is unknown, also for B, whose
# close had begun. C closes before the look is over, so its end was seen. D acts again after it was given up.
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51546 10.0.0.9:80
socket C 10.0.0.1:51548 10.0.0.9:80
socket D 10.0.0.1:51550 10.0.0.9:80
kernel ring-full=3

0ms  A state SYN_SENT ESTABLISHED  owned file-live  in curl[1] connect(5)
1ms  B state SYN_SENT ESTABLISHED  owned file-live  in curl[2] connect(5)
2ms  C state SYN_SENT ESTABLISHED  owned file-live  in curl[3] connect(5)
3ms  D state SYN_SENT ESTABLISHED  owned file-live  in curl[4] connect(5)
9ms  B state ESTABLISHED FIN_WAIT1  owned file-dead  in curl[2] close(5)
20ms C reset-received ESTABLISHED  segment  file-live
20ms C state ESTABLISHED CLOSE     sk_err=104  file-live
30ms A gone
30ms B gone
30ms C gone
30ms D gone
40ms D reset-received ESTABLISHED  segment  file-live
40ms D state ESTABLISHED CLOSE     sk_err=104  file-live

untold A
untold B
expect C ending=reset-received
expect D ending=reset-received
expect-tally seen=4 told=2 filtered=0 open=0 lost=2 vanished=2
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
-       -        10.0.0.1:51548        <- 10.0.0.9:80           reset       0.00
-       -        10.0.0.1:51550        <- 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.020000000Z","time":"2026-11-22T08:12:32.020000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51548,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":18000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.040000000Z","time":"2026-11-22T08:12:32.040000000Z","family":4,"netns":4026531840,"cookie":"0x14","local_addr":"10.0.0.1","local_port":51550,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"lost","schema":1,"time":"2026-11-22T08:12:32.040000000Z","events":{"ring_full":3,"calls_full":0,"malformed":0},"endpoints":{"table_full":0,"end_missed":0,"vanished":2},"maybe_missed":null}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.040000000Z","seen":4,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":2},"events":9,"events_lost":{"ring_full":3,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[1] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.001000 state          10.0.0.1:51546 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[2] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.002000 state          10.0.0.1:51548 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[3] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.003000 state          10.0.0.1:51550 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x14
08:12:32.009000 state          10.0.0.1:51546 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[2] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead netns=4026531840 cookie=0x12
08:12:32.020000 reset-received 10.0.0.1:51548 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x13
08:12:32.020000 state          10.0.0.1:51548 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x13
08:12:32.040000 reset-received 10.0.0.1:51550 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x14
08:12:32.040000 state          10.0.0.1:51550 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x14
--- timeline
-                                 08:12:32.020                              peer
10.0.0.1:51548                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was open (established).

-                                 08:12:32.040                              peer
10.0.0.1:51550                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was open (established).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
-                <-  (not-found)      10.0.0.9:80           reset           0.00
-                <-? (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:12:32.040: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             2    50.0      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      2     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   .   . 100      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-received  established              2  100         .
--- hist
08:12:32.000 to 08:12:32.040: 2 closes

total, 2 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        2 100.0 %

age, 1 close
p50 18 ms, p90 18 ms, p99 18 ms, max 18 ms
      10 ms - 20 ms      |###################################|        1 100.0 %
