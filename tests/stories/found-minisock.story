# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A minisock that was there before us gets its FIN, another its silence.
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51546 10.0.0.9:80 cookie=0x12

0ms    A socket TIME_WAIT            substate=FIN_WAIT2 left=50s  dead no-socket
0ms    B socket TIME_WAIT            substate=FIN_WAIT2 left=5s  dead no-socket
2000ms A late FIN,ACK                seq=5000 ack=1001 substate=TIME_WAIT
tick 7s

expect A ending=four-way initiator=local trigger=- partial=yes waves=FIN<,ACK> age_at_least=2s wave3.seq=5000
expect A states=FIN_WAIT2,TIME_WAIT holders=- blame_ns=2s time_wait=yes
expect B ending=timed-out reason=fin-wait-2 initiator=local settled=5s partial=yes time_wait=no
expect-tally seen=2 told=2 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
-       -        10.0.0.1:51544        -> 10.0.0.9:80           four-way   >2000
-       -        10.0.0.1:51546        -> 10.0.0.9:80           timed-out  >5000
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:34.000000000Z","time":"2026-11-22T08:12:34.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":2000000000,"holders":[],"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[{"wave":3,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":0,"seq":null,"ack":5001,"exact":true}],"states":["FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":null},"cut":{"phase":"peer_hold","ns":2000000000,"at_least":true},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["age_ns: opened before tracing began, or an event was lost","waves: the close began before tracing did, or an event was lost"]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:37.000000000Z","time":"2026-11-22T08:12:37.000000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":null,"irs":null,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":5000000000,"holders":[],"initiator":"local","ending":"timed-out","class":"timeout","reason":"fin-wait-2","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["FIN_WAIT2","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":null},"cut":{"phase":"peer_hold","ns":5000000000,"at_least":true},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["age_ns: opened before tracing began, or an event was lost","waves: the close began before tracing did, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:39.000000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":3,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 socket         10.0.0.1:51544 10.0.0.9:80 TIME_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=5 age_ns=0 age_from=0 left_ns=50000000000 dead,no-socket netns=4026531840 cookie=0x11
08:12:32.000000 socket         10.0.0.1:51546 10.0.0.9:80 TIME_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=5 age_ns=0 age_from=0 left_ns=5000000000 dead,no-socket netns=4026531840 cookie=0x12
08:12:34.000000 late           10.0.0.1:51544 10.0.0.9:80 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x11
--- timeline
-                                 08:12:34.000                              peer
10.0.0.1:51544                                                       10.0.0.9:80
          FIN_WAIT2 |                                      |
                    :                                      :
                    :            at least 2.0 s            :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +0 --------|
          TIME_WAIT |          seq 5000 ack 1001           |
                    |----------- 4 ACK ack +1 ------------>|
                    |               ack 5001               |
four-way, begun by this end; the peer's application held the connection open for
at least 2.0 s after our FIN.
Not seen: waves: the close began before tracing did, or an event was lost

-                                 08:12:37.000                              peer
10.0.0.1:51546                                                       10.0.0.9:80
          FIN_WAIT2 |                                      |
                    :                                      :
                    :            at least 5.0 s            :
                    :                                      :
 the kernel gave up :                                      :
              CLOSE |                                      |
timed-out: the peer's FIN never came, and the kernel forgot the socket
(fin-wait-2); the peer's application held the connection open for at least 5.0 s
after our FIN, until the kernel gave up.
Not seen: waves: the close began before tracing did, or an event was lost
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
-                ->? (not-found)      10.0.0.9:80           four-way       >2000
-                ->? (not-found)      10.0.0.9:80           timed-out      >5000
--- who
08:12:32.000 to 08:12:39.000: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             2    0.29      .         1    0.14

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      2     .    .    .    .    .     .  100  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                   50  50   .   .   .      -      -      -  >2029  >5000  >5000

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                four-way        -                        1   50         .
-                timed-out       fin-wait-2               1   50         .
--- hist
08:12:32.000 to 08:12:39.000: 2 closes

peer_hold, 2 closes, 2 cut
p50 >2.0 s, p90 >5.0 s, p99 >5.0 s, max >5.0 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1  50.0 %
        5 s - 10 s       |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1  50.0 %
