# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Nothing happened to it while we looked.
socket A 10.0.0.1:443 10.0.0.9:51544
set A came=1 acks

0ms A socket CLOSE_WAIT   age=3s  done file-live shut-rcv
0ms A holder CLOSE_WAIT   fd=9 in java[812]
end 1s

expect A class=open ending=open initiator=peer trigger=- partial=yes age_at_least=4s holders=java[812]:9
expect-tally seen=1 told=1 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
812     java     10.0.0.1:443          <- 10.0.0.9:51544        open       >4000
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":null,"time":"2026-11-22T08:12:33.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":4000000000,"holders":[{"pid":812,"comm":"java","process":"java","fd":9}],"initiator":"peer","ending":"open","class":"open","reason":null,"trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["CLOSE_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":null},"cut":{"phase":"app_hold","ns":4000000000,"at_least":true},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["age_ns: opened before tracing began, or an event was lost","waves: the close began before tracing did, or an event was lost","start: the close began before tracing did, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":2,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 socket         10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=0 age_ns=3000000000 age_from=2 left_ns=0 done,file-live,shut-rcv netns=4026531840 cookie=0x11
08:12:32.000000 holder         10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT in java[812] fd=9 netns=4026531840 cookie=0x11
--- timeline
java[812]                     before 08:12:33.000                           peer
10.0.0.1:443                                                      10.0.0.9:51544
         CLOSE_WAIT |                                      |
                    :                                      :
                    :            at least 4.0 s            :
                    :                                      :
         still open :                                      :
open: it was not over when the run ended; java[812] held the connection open for
at least 4.0 s after the peer's FIN, until the run ended.
Not seen: waves: the close began before tracing did, or an event was lost
Not seen: start: the close began before tracing did, or an event was lost
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
java[812]        <-? (not-found)      10.0.0.9:51544        open           >4000
--- who
08:12:32.000 to 08:12:33.000: 0 closes, 1 open
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
java                                          .       .      1         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
java                   .     .    .    .    .    .     .    .    .    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
java                 .   .   .   .   .  >4000  >4000  >4000      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
java             open            -                        1    -         .
--- hist
08:12:32.000 to 08:12:33.000: 0 closes, 1 open

app_hold, 1 close, 1 cut
p50 >4.0 s, p90 >4.0 s, p99 >4.0 s, max >4.0 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %
