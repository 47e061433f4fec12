# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Sixteen bytes without a NUL: the kernel never gives them, a recording may.
socket A 10.0.0.1:51544 10.0.0.9:80

10ms A state ESTABLISHED CLOSE  owned file-dead shut-rcv shut-snd linger linger-zero  in abcdefghijklmnop[66] close(5)
10ms A reset-sent CLOSE         reason=TCP_STATE  owned shut-rcv shut-snd linger linger-zero
10ms A call ESTABLISHED         took=30us ret=0  in abcdefghijklmnop[66] close(5)
tick 1s

expect A ending=reset-sent reason=linger-zero comm=abcdefghijklmnop
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
66      abcdefgh 10.0.0.1:51544        -> 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.010000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"linger-zero","trigger":{"call":"close","how":null,"fd":5,"pid":66,"tid":66,"comm":"abcdefghijklmnop","process":"abcdefghijklmnop","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":66,"tid":66,"comm":"abcdefghijklmnop","process":"abcdefghijklmnop","ret":0,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":3,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE in abcdefghijklmnop[66] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,linger,linger-zero netns=4026531840 cookie=0x11
08:12:32.010000 reset-sent     10.0.0.1:51544 10.0.0.9:80 CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=5 unasked owned,shut-rcv,shut-snd,linger,linger-zero netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in abcdefghijklmnop[66] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
--- timeline
abcdefghijklmnop[66]              08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(5) |                                      |
abcdefghijklmno[66] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: abcdefghijklmnop[66] closed with SO_LINGER of zero, which sends a
RST (linger-zero).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
abcdefghijkl[66] ->? (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.010 to 08:12:33.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
abcdefghijklmnop                              1    1.01      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
abcdefghijklmnop       1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
abcdefghijklmnop     .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
abcdefghijklmnop reset-sent      linger-zero              1  100         .
--- hist
08:12:32.010 to 08:12:33.000: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %
