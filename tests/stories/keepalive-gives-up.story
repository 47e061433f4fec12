# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An idle connection whose peer no longer answers keepalive probes.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms   A state SYN_SENT ESTABLISHED  owned file-live  in sshd[812] connect(5)
7900s A reset-sent ESTABLISHED      reason=KEEPALIVE_TIMEOUT probes=9  file-live keepalive
7900s A state ESTABLISHED CLOSE     sk_err=110 probes=9  file-live keepalive
tick 8000s

# The kernel sends a RST along, should the peer still be there: by RST it ended, and we sent it.
expect A ending=reset-sent class=reset initiator=local reason=keepalive trigger=-
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
-       -        10.0.0.1:51544        -> 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T10:24:12.000000000Z","time":"2026-11-22T10:24:12.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":7900000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"keepalive","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T10:25:52.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":3,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in sshd[812] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
10:24:12.000000 reset-sent     10.0.0.1:51544 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=6 unasked file-live,keepalive netns=4026531840 cookie=0x11
10:24:12.000000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=110 file-live,keepalive netns=4026531840 cookie=0x11
--- timeline
-                                 10:24:12.000                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: this end got no answer to keepalives, so the kernel sent a RST
(keepalive).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
-                ->  (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 10:25:52.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1   <0.01      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-sent      keepalive                1  100         .
--- hist
08:12:32.000 to 10:25:52.000: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 2 h 12 min, p90 2 h 12 min, p99 2 h 12 min, max 2 h 12 min
 1 h 23 min - 2 h 47 min |###################################|        1 100.0 %
