# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The peer's FIN takes a sequence number, which close() without a last recv() leaves unread: no reason for a RST.
socket A 10.0.0.1:443 10.0.0.9:51544

0ms  A state SYN_RECV ESTABLISHED    no-socket
10ms A state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
set A acks
60ms A state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in java[812] close(9)
60ms A call CLOSE_WAIT               took=30us ret=0  in java[812] close(9)
61ms A state LAST_ACK CLOSE          segment sent=1 acked  dead done no-socket shut-rcv shut-snd

expect A ending=four-way initiator=peer trigger=close unread=0 received=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
812     java     10.0.0.1:443          <- 10.0.0.9:51544        four-way   51.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.061000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":61000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":9,"pid":812,"tid":812,"comm":"java","process":"java","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":9,"pid":812,"tid":812,"comm":"java","process":"java","ret":0,"at_ns":50000000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":50000000,"seq":1000,"ack":5001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":51000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":50000000,"last_ack_wait":1000000,"total":51000000},"cut":null,"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.061000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.1:443 10.0.0.9:51544 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x11
08:12:32.060000 state          10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT -> LAST_ACK in java[812] close(9, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.060000 call           10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT in java[812] close(9, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.061000 state          10.0.0.1:443 10.0.0.9:51544 LAST_ACK -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
java[812]                         08:12:32.010                              peer
10.0.0.1:443                                                      10.0.0.9:51544
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    |- - - -  2 ACK seq +0 ack +1 - - - - >|
                    |          seq 1000 ack 5001           |
                    :                                      :
                    :                50 ms                 :
                    :                                      :
 close(9) java[812] |                                      |
                    |-------- 3 FIN seq +0 ack +1 -------->|
           LAST_ACK |          seq 1000 ack 5001           | (TIME_WAIT)
                    |                1.0 ms                |
                    |<----------- 4 ACK ack +1 ------------|
              CLOSE |               ack 1001               |
four-way, begun by the peer; java[812] held the connection open for 50 ms after
the peer's FIN (51 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      ->  java[812]        10.0.0.1:443          four-way       51.00
--- who
08:12:32.000 to 08:12:32.061: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
java                                          1    16.4      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
java                   1   100    .    .    .    .     .    .    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
java               100   .   .   .   .  50.00  50.00  50.00      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
java             four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.061: 1 close

app_hold, 1 close
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

total, 1 close
p50 51 ms, p90 51 ms, p99 51 ms, max 51 ms
      50 ms - 100 ms     |###################################|        1 100.0 %

age, 1 close
p50 61 ms, p90 61 ms, p99 61 ms, max 61 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
