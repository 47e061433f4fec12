# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Room for two endpoints only: the one that was silent longest makes room for the third.
options --max-open 2
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51546 10.0.0.9:80
socket C 10.0.0.1:51548 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED  owned file-live  in curl[1] connect(5)
1ms  B state SYN_SENT ESTABLISHED  owned file-live  in curl[2] connect(5)
2ms  A call ESTABLISHED            took=1us ret=0  in curl[1] shutdown(5,0)
3ms  C state SYN_SENT ESTABLISHED  owned file-live  in curl[3] connect(5)
10ms A reset-received ESTABLISHED  segment  file-live
10ms A state ESTABLISHED CLOSE     sk_err=104  file-live
11ms C reset-received ESTABLISHED  segment  file-live
11ms C state ESTABLISHED CLOSE     sk_err=104  file-live

expect A ending=reset-received
expect C ending=reset-received
untold B
expect-tally seen=3 told=2 filtered=0 open=0 lost=1
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
1       curl     10.0.0.1:51544        <- 10.0.0.9:80           reset       0.00
-       -        10.0.0.1:51548        <- 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.010000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":10000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_RD","fd":5,"pid":1,"tid":1,"comm":"curl","process":"curl","ret":0,"at_ns":-8000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.011000000Z","time":"2026-11-22T08:12:32.011000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51548,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":8000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"lost","schema":1,"time":"2026-11-22T08:12:32.011000000Z","events":{"ring_full":0,"calls_full":0,"malformed":0},"endpoints":{"table_full":1,"end_missed":0,"vanished":0},"maybe_missed":null}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.011000000Z","seen":3,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":1,"end_missed":0,"vanished":0},"events":8,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[1] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.001000 state          10.0.0.1:51546 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[2] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.002000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[1] shutdown(5, 0) = 0 call_ns=1000 netns=4026531840 cookie=0x11
08:12:32.003000 state          10.0.0.1:51548 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[3] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.010000 reset-received 10.0.0.1:51544 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x11
08:12:32.011000 reset-received 10.0.0.1:51548 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x13
08:12:32.011000 state          10.0.0.1:51548 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x13
--- timeline
curl[1]                           08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(5, RD) |                                      |
            curl[1] |                                      |
       nothing sent |                                      |
                    :                                      :
                    :                8.0 ms                :
                    :                                      :
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was open (established).

-                                 08:12:32.011                              peer
10.0.0.1:51548                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was open (established).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[1]          <-  (not-found)      10.0.0.9:80           reset           0.00
-                <-  (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:12:32.011: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    90.9      .         .       .
curl                                          1    90.9      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100    .  100    .   .
curl                   1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   .   . 100      -      -      -      -      -      -
curl                 .   .   .   . 100      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-received  established              1  100         .
curl             reset-received  established              1  100         .
--- hist
08:12:32.000 to 08:12:32.011: 2 closes

total, 2 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        2 100.0 %

age, 2 closes
p50 8.0 ms, p90 10 ms, p99 10 ms, max 10 ms
       5 ms - 10 ms      |###################################|        1  50.0 %
      10 ms - 20 ms      |###################################|        1  50.0 %
