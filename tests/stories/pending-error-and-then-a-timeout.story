# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The error that the timer sets is the one that was pending before: no RST and no call explains the end, so it is a
# timeout.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED    owned file-live  in asker[4021] connect(5)
10ms A state ESTABLISHED FIN_WAIT1   sk_err=113  owned file-dead shut-rcv shut-snd  in asker[4021] close(5)
10ms A call ESTABLISHED              took=30us ret=0  in asker[4021] close(5)
90s  A state FIN_WAIT1 CLOSE         sk_err=113 sent=1  dead no-socket shut-rcv shut-snd

expect A ending=timed-out reason=fin-wait-1 initiator=local trigger=close
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    asker    10.0.0.1:51544        -> 10.0.0.9:80           timed-out  89990
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:14:02.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":90000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"timed-out","class":"timeout","reason":"fin-wait-1","trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":89990000000},"cut":{"phase":"ack_wait","ns":89990000000,"at_least":false},"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:14:02.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":4,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in asker[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in asker[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=113 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in asker[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:14:02.000000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> CLOSE snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=113 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
asker[4021]                       08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(5) |                                      |
        asker[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 --------?|
          FIN_WAIT1 |          seq 1000 ack 5000           |
                    :                                      :
                    :              1 min 30 s              :
                    :                                      :
 the kernel gave up :                                      :
              CLOSE |                                      |
timed-out: the FIN was never acknowledged (fin-wait-1); no ACK of the FIN
arrived for 1 min 30 s.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
asker[4021]      ->  (not-found)      10.0.0.9:80           timed-out      89990
--- who
08:12:32.000 to 08:14:02.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
asker                                         1    0.01      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
asker                  1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
asker                . 100   .   .   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
asker            timed-out       fin-wait-1               1  100         .
--- hist
08:12:32.000 to 08:14:02.000: 1 close

ack_wait, 1 close, 1 cut
p50 >1 min 30 s, p90 >1 min 30 s, p99 >1 min 30 s, max >1 min 30 s
       50 s - 1 min 40 s |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 1 close
p50 1 min 30 s, p90 1 min 30 s, p99 1 min 30 s, max 1 min 30 s
       50 s - 1 min 40 s |###################################|        1 100.0 %

age, 1 close
p50 1 min 30 s, p90 1 min 30 s, p99 1 min 30 s, max 1 min 30 s
       50 s - 1 min 40 s |###################################|        1 100.0 %
