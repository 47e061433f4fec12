# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The walk at the start found a socket whose peer had closed ten minutes ago; two processes hold it.
socket A 10.0.0.1:443 10.0.0.9:51544
set A came=1 acks

0ms   A socket CLOSE_WAIT           age=600s  done file-live shut-rcv
0ms   A holder CLOSE_WAIT           fd=9 in java[812]
0ms   A holder CLOSE_WAIT           fd=4 in sh[813]
50ms  A state CLOSE_WAIT LAST_ACK   done owned file-dead shut-rcv shut-snd  in java[812] close(9)
50ms  A call CLOSE_WAIT             took=30us ret=0  in java[812] close(9)
55ms  A state LAST_ACK CLOSE        segment sent=1 acked  dead done no-socket shut-rcv shut-snd

expect A class=clean ending=four-way initiator=peer trigger=close fd=9 partial=yes missing=age_ns,waves
expect A age=- age_at_least=600055ms holders=java[812]:9,sh[813]:4 states=CLOSE_WAIT,LAST_ACK,CLOSE
expect A phase.app_hold=- phase.last_ack_wait=5ms phase.total=- calls=close:fin cut=app_hold>600050ms blame=local-app blame_ns=600050ms
expect-tally seen=1 told=1 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
812     java     10.0.0.1:443          <- 10.0.0.9:51544        four-way   >600s
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.055000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":600055000000,"holders":[{"pid":812,"comm":"java","process":"java","fd":9},{"pid":813,"comm":"sh","process":"sh","fd":4}],"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":9,"pid":812,"tid":812,"comm":"java","process":"java","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":9,"pid":812,"tid":812,"comm":"java","process":"java","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":3,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":5000000,"seq":null,"ack":1001,"exact":true}],"states":["CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":5000000,"total":null},"cut":{"phase":"app_hold","ns":600050000000,"at_least":true},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["age_ns: opened before tracing began, or an event was lost","waves: the close began before tracing did, or an event was lost"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.055000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":6,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 socket         10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=0 age_ns=600000000000 age_from=2 left_ns=0 done,file-live,shut-rcv netns=4026531840 cookie=0x11
08:12:32.000000 holder         10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT in java[812] fd=9 netns=4026531840 cookie=0x11
08:12:32.000000 holder         10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT in sh[813] fd=4 netns=4026531840 cookie=0x11
08:12:32.050000 state          10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT -> LAST_ACK in java[812] close(9, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.050000 call           10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT in java[812] close(9, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.055000 state          10.0.0.1:443 10.0.0.9:51544 LAST_ACK -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
java[812]                         08:12:32.050                              peer
10.0.0.1:443                                                      10.0.0.9:51544
         CLOSE_WAIT |                                      |
                    :                                      :
                    :           at least 10 min            :
                    :                                      :
 close(9) java[812] |                                      |
                    |-------- 3 FIN seq +0 ack +0 -------->|
           LAST_ACK |          seq 1000 ack 5001           |
                    |                5.0 ms                |
                    |<----------- 4 ACK ack +1 ------------|
              CLOSE |               ack 1001               |
four-way, begun by the peer; java[812] held the connection open for at least 10
min after the peer's FIN.
Not seen: waves: the close began before tracing did, or an event was lost
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
java[812]        <-? (not-found)      10.0.0.9:51544        four-way       >600s
--- who
08:12:32.000 to 08:12:32.055: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
java                                          1    18.2      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
java                   1   100    .    .    .    .     .    .    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
java               100   .   .   .   .  >600s  >600s  >600s      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
java             four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.055: 1 close

app_hold, 1 close, 1 cut
p50 >10 min, p90 >10 min, p99 >10 min, max >10 min
 8 min 20 s - 16 min 40 s|>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

last_ack_wait, 1 close
p50 5.0 ms, p90 5.0 ms, p99 5.0 ms, max 5.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %
