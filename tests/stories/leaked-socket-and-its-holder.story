# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The peer closed, and the program did not. At the end of the run a look at the open files finds who holds the socket.
socket A 10.0.0.1:8080 10.0.0.9:51544

0ms  A state SYN_RECV ESTABLISHED  segment
5ms  A state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live
90s  A holder CLOSE_WAIT fd=9 in java[812]
end 90s

expect A ending=open
expect-tally seen=1 told=1 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
812     java     10.0.0.1:8080         <- 10.0.0.9:51544        open       89995
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.005000000Z","time":"2026-11-22T08:14:02.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":8080,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":90000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":[{"pid":812,"comm":"java","process":"java","fd":9}],"initiator":"peer","ending":"open","class":"open","reason":null,"trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":89995000000},"cut":{"phase":"app_hold","ns":89995000000,"at_least":false},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:14:02.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":3,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:8080 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 netns=4026531840 cookie=0x11
08:12:32.005000 state          10.0.0.1:8080 10.0.0.9:51544 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,file-live netns=4026531840 cookie=0x11
08:14:02.000000 holder         10.0.0.1:8080 10.0.0.9:51544 CLOSE_WAIT in java[812] fd=9 netns=4026531840 cookie=0x11
--- timeline
java[812]                         08:12:32.005                              peer
10.0.0.1:8080                                                     10.0.0.9:51544
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    :                                      :
                    :              1 min 30 s              :
                    :                                      :
         still open :                                      :
open: it was not over when the run ended; java[812] held the connection open for
1 min 30 s after the peer's FIN, until the run ended.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      ->  java[812]        10.0.0.1:8080         open           89995
--- who
08:12:32.000 to 08:14:02.000: 0 closes, 1 open
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
java                                          .       .      1         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
java                   .     .    .    .    .    .     .    .    .    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
java                 .   .   .   .   .   >89s   >89s   >89s      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
java             open            -                        1    -         .
--- hist
08:12:32.000 to 08:14:02.000: 0 closes, 1 open

app_hold, 1 close, 1 cut
p50 >1 min 30 s, p90 >1 min 30 s, p99 >1 min 30 s, max >1 min 30 s
       50 s - 1 min 40 s |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 1 close, 1 cut
p50 >1 min 30 s, p90 >1 min 30 s, p99 >1 min 30 s, max >1 min 30 s
       50 s - 1 min 40 s |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

age, 1 close, 1 cut
p50 >1 min 30 s, p90 >1 min 30 s, p99 >1 min 30 s, max >1 min 30 s
       50 s - 1 min 40 s |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %
