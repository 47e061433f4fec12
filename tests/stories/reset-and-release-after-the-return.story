# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Up to 6.5 close() does all of its part after its return: one call, whose effect was the RST, not its release.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms      A state SYN_SENT ESTABLISHED   owned file-live  in curl[4021] connect(5)
50ms     A call ESTABLISHED             took=5us ret=0  in curl[4021] close(5)
50.008ms A state ESTABLISHED CLOSE      owned file-dead shut-rcv shut-snd came=10  in curl[4021] close(5)
50.009ms A reset-sent CLOSE             owned file-dead shut-rcv shut-snd
50.02ms  A destroy                      dead owned shut-rcv shut-snd  in curl[4021] close(5)

expect A ending=reset-sent reason=unread-data trigger=close fd=5 calls=close:reset call_ns=20us
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           reset       0.01
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050008000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":50008000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"unread-data","trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":20000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":8000},"cut":null,"blame":"none","bytes":{"sent":0,"received":10,"unread":10,"unacked":0,"unsent":0},"data_lost":{"unread":10,"unsent":0,"unacked":0},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.050020000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.050000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.050008 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5010 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.050009 reset-sent     10.0.0.1:51544 10.0.0.9:80 CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5010 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=0 unasked owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.050020 destroy        10.0.0.1:51544 10.0.0.9:80 CLOSE in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5010 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
curl[4021]                        08:12:32.050                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: curl[4021] closed with data unread and so sent a RST (unread-data).
10 bytes for curl[4021] arrived and were never read.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->  (not-found)      10.0.0.9:80           reset           0.01
--- who
08:12:32.000 to 08:12:32.050: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          1    20.0      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl                 .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             reset-sent      unread-data              1  100         1
--- hist
08:12:32.000 to 08:12:32.050: 1 close

total, 1 close
p50 8.0 us, p90 8.0 us, p99 8.0 us, max 8.0 us
       5 us - 10 us      |###################################|        1 100.0 %

age, 1 close
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
