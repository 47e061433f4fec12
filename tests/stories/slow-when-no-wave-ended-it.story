# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --slow counts a hold that expired, one that was open at the end, and one found at the start; and a close() that blocks.
options --slow 1000
socket E 10.0.0.1:51544 10.0.0.9:80 cookie=0x11
socket O 10.0.0.1:51545 10.0.0.9:80 cookie=0x12
socket F 10.0.0.1:51546 10.0.0.9:80 cookie=0x13
socket B 10.0.0.1:51547 10.0.0.9:80 cookie=0x14
socket Q 10.0.0.1:51548 10.0.0.9:80 cookie=0x15

0ms    F socket CLOSE_WAIT             age=6s
0ms    E state SYN_SENT ESTABLISHED    owned file-live  in curl[4021] connect(5)
0ms    O state SYN_SENT ESTABLISHED    owned file-live  in curl[4021] connect(6)
0ms    B state SYN_SENT ESTABLISHED    owned file-live  in curl[4021] connect(7)
0ms    Q state SYN_SENT ESTABLISHED    owned file-live  in curl[4021] connect(8)
10ms   E state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in curl[4021] close(5)
10ms   E call ESTABLISHED              took=30us ret=0  in curl[4021] close(5)
12ms   E state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
12ms   E state FIN_WAIT2 CLOSE         dead no-socket shut-rcv shut-snd
20ms   B state ESTABLISHED FIN_WAIT1   owned file-dead linger shut-rcv shut-snd  in curl[4021] close(7)
21ms   Q state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in curl[4022] close(8)
21ms   Q call ESTABLISHED              took=30us ret=0  in curl[4022] close(8)
22ms   Q state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
22ms   Q state FIN_WAIT2 CLOSE         segment came=1 acks  dead done no-socket shut-rcv shut-snd
22ms   B state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  file-dead linger shut-rcv shut-snd
23ms   B state FIN_WAIT2 CLOSE         segment came=1 acks  done file-dead linger shut-rcv shut-snd
1023ms B destroy                       dead done owned shut-rcv shut-snd linger  in curl[4021] close(7)
20ms   B call ESTABLISHED              took=1003ms ret=0  in curl[4021] close(7)
900ms  F state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in java[812] close(9)
901ms  F call CLOSE_WAIT               took=30us ret=0  in java[812] close(9)
902ms  F state LAST_ACK CLOSE          segment sent=1 acked  dead done no-socket shut-rcv shut-snd
1100ms O state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
tick 75s
end 76s

expect E ending=timed-out reason=fin-wait-2 cut=peer_hold:60s blame=peer-app
expect O ending=open cut=app_hold:74900ms blame=local-app
expect F ending=four-way cut=app_hold>6900ms phase.app_hold=- blame=local-app blame_ns=6900ms
expect B ending=four-way cut=- delay=1.003s
untold Q
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51547        -> 10.0.0.9:80           four-way    3.00
812     java     10.0.0.1:51546        <- 10.0.0.9:80           four-way   >6902
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           timed-out  60002
-       -        10.0.0.1:51545        <- 10.0.0.9:80           open       74900
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.020000000Z","time":"2026-11-22T08:12:32.023000000Z","family":4,"netns":4026531840,"cookie":"0x14","local_addr":"10.0.0.1","local_port":51547,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":23000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":1003000000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":3000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":3000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":1000000,"app_hold":null,"last_ack_wait":null,"total":3000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.900000000Z","time":"2026-11-22T08:12:32.902000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":6902000000,"holders":[],"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":null,"pid":812,"tid":812,"comm":"java","process":"java","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":true,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":null,"pid":812,"tid":812,"comm":"java","process":"java","ret":null,"at_ns":0,"effect":"fin"},{"call":"close","how":null,"fd":9,"pid":812,"tid":812,"comm":"java","process":"java","ret":0,"at_ns":1000000,"effect":"none"}],"calls_omitted":0,"waves":[{"wave":3,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true}],"states":["CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":2000000,"total":null},"cut":{"phase":"app_hold","ns":6900000000,"at_least":true},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["age_ns: opened before tracing began, or an event was lost","waves: the close began before tracing did, or an event was lost"]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:13:32.012000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":60012000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"timed-out","class":"timeout","reason":"fin-wait-2","trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":60002000000},"cut":{"phase":"peer_hold","ns":60000000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:33.100000000Z","time":"2026-11-22T08:13:48.000000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51545,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":76000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"open","class":"open","reason":null,"trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":74900000000},"cut":{"phase":"app_hold","ns":74900000000,"at_least":false},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:13:48.000000000Z","seen":5,"told":4,"filtered":1,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":22,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 socket         10.0.0.1:51546 10.0.0.9:80 CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 substate=0 age_ns=6000000000 age_from=2 left_ns=0 netns=4026531840 cookie=0x13
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:51545 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.000000 state          10.0.0.1:51547 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x14
08:12:32.000000 state          10.0.0.1:51548 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(8, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x15
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.020000 state          10.0.0.1:51547 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,linger netns=4026531840 cookie=0x14
08:12:32.021000 state          10.0.0.1:51548 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4022] close(8, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x15
08:12:32.021000 call           10.0.0.1:51548 10.0.0.9:80 ESTABLISHED in curl[4022] close(8, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x15
08:12:32.022000 state          10.0.0.1:51548 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x15
08:12:32.022000 state          10.0.0.1:51548 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x15
08:12:32.022000 state          10.0.0.1:51547 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-dead,shut-rcv,shut-snd,linger netns=4026531840 cookie=0x14
08:12:32.023000 state          10.0.0.1:51547 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,file-dead,shut-rcv,shut-snd,linger netns=4026531840 cookie=0x14
08:12:33.023000 destroy        10.0.0.1:51547 10.0.0.9:80 CLOSE in curl[4021] close(7, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,shut-rcv,shut-snd,linger netns=4026531840 cookie=0x14
08:12:32.020000 call           10.0.0.1:51547 10.0.0.9:80 ESTABLISHED in curl[4021] close(7, 0) = 0 call_ns=1003000000 netns=4026531840 cookie=0x14
08:12:32.900000 state          10.0.0.1:51546 10.0.0.9:80 CLOSE_WAIT -> LAST_ACK in java[812] close(9, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.901000 call           10.0.0.1:51546 10.0.0.9:80 CLOSE_WAIT in java[812] close(9, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x13
08:12:32.902000 state          10.0.0.1:51546 10.0.0.9:80 LAST_ACK -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:33.100000 state          10.0.0.1:51545 10.0.0.9:80 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x12
--- timeline
curl[4021]                        08:12:32.020                              peer
10.0.0.1:51547                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(7) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    :                                      :
                    :                2.0 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    |                1.0 ms                |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by curl[4021]; the ACK of the FIN took 2.0 ms (3.0 ms in all).
close(7) of curl[4021] blocked for 1.0 s (SO_LINGER).

java[812]                         08:12:32.900                              peer
10.0.0.1:51546                                                       10.0.0.9:80
         CLOSE_WAIT |                                      |
                    :                                      :
                    :            at least 6.9 s            :
                    :                                      :
   close* java[812] |                                      |
                    |-------- 3 FIN seq +0 ack +0 -------->|
           LAST_ACK |          seq 1000 ack 5000           |
                    |                1.0 ms                |
 close(9) java[812] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
                    |<----------- 4 ACK ack +1 ------------|
              CLOSE |               ack 1001               |
four-way, begun by the peer; java[812] held the connection open for at least 6.9
s after the peer's FIN.
Not seen: waves: the close began before tracing did, or an event was lost

curl[4021]                        08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    :                                      :
                    :                1 min                 :
                    :                                      :
 the kernel gave up :                                      :
              CLOSE |                                      |
timed-out: the peer's FIN never came, and the kernel forgot the socket
(fin-wait-2); the peer's application held the connection open for 1 min after
our FIN, until the kernel gave up.

-                                 08:12:33.100                              peer
10.0.0.1:51545                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    :                                      :
                    :              1 min 15 s              :
                    :                                      :
         still open :                                      :
open: it was not over when the run ended; this end held the connection open for
1 min 15 s after the peer's FIN, until the run ended.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->  (not-found)      10.0.0.9:80           four-way        3.00
java[812]        <-? (not-found)      10.0.0.9:80           four-way       >6902
curl[4021]       ->  (not-found)      10.0.0.9:80           timed-out      60002
-                <-  (not-found)      10.0.0.9:80           open           74900
--- who
08:12:32.000 to 08:13:48.000: 3 closes, 1 open
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          2    0.03      .         1    0.01
java                                          1    0.01      .         .       .
-                                             .       .      1         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   2   100    .    .    .    .     .    .  100    .    .   .
java                   1   100    .    .    .    .     .    .    .  100    .   .
-                      .     .    .    .    .    .     .    .    .    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl                50  50   .   .   .      -      -      -   1.01   >60s   >60s
java               100   .   .   .   .  >6900  >6900  >6900      -      -      -
-                    .   .   .   .   .   >74s   >74s   >74s      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             four-way        -                        1   50         .
curl             timed-out       fin-wait-2               1   50         .
java             four-way        -                        1  100         .
-                open            -                        1    -         .
--- hist
08:12:32.000 to 08:13:48.000: 3 closes, 1 open

ack_wait, 2 closes
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        2 100.0 %

peer_hold, 2 closes, 1 cut
p50 1.0 ms, p90 >1 min, p99 >1 min, max >1 min
       1 ms - 2 ms       |###################################|        1  50.0 %
       2 ms - 5 ms       |                                   |        0   0.0 %
       5 ms - 10 ms      |                                   |        0   0.0 %
      10 ms - 20 ms      |                                   |        0   0.0 %
      20 ms - 50 ms      |                                   |        0   0.0 %
      50 ms - 100 ms     |                                   |        0   0.0 %
     100 ms - 200 ms     |                                   |        0   0.0 %
     200 ms - 500 ms     |                                   |        0   0.0 %
     500 ms - 1 s        |                                   |        0   0.0 %
        1 s - 2 s        |                                   |        0   0.0 %
        2 s - 5 s        |                                   |        0   0.0 %
        5 s - 10 s       |                                   |        0   0.0 %
       10 s - 20 s       |                                   |        0   0.0 %
       20 s - 50 s       |                                   |        0   0.0 %
       50 s - 1 min 40 s |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1  50.0 %

app_hold, 2 closes, 2 cut
p50 >6.9 s, p90 >1 min 14 s, p99 >1 min 14 s, max >1 min 15 s
        5 s - 10 s       |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1  50.0 %
       10 s - 20 s       |                                   |        0   0.0 %
       20 s - 50 s       |                                   |        0   0.0 %
       50 s - 1 min 40 s |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1  50.0 %

last_ack_wait, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

total, 3 closes, 1 cut
p50 1 min, p90 >1 min 14 s, p99 >1 min 14 s, max >1 min 15 s
       2 ms - 5 ms       |#################                  |        1  33.3 %
       5 ms - 10 ms      |                                   |        0   0.0 %
      10 ms - 20 ms      |                                   |        0   0.0 %
      20 ms - 50 ms      |                                   |        0   0.0 %
      50 ms - 100 ms     |                                   |        0   0.0 %
     100 ms - 200 ms     |                                   |        0   0.0 %
     200 ms - 500 ms     |                                   |        0   0.0 %
     500 ms - 1 s        |                                   |        0   0.0 %
        1 s - 2 s        |                                   |        0   0.0 %
        2 s - 5 s        |                                   |        0   0.0 %
        5 s - 10 s       |                                   |        0   0.0 %
       10 s - 20 s       |                                   |        0   0.0 %
       20 s - 50 s       |                                   |        0   0.0 %
       50 s - 1 min 40 s |#################>>>>>>>>>>>>>>>>> |        2  66.7 %

age, 3 closes, 1 cut
p50 1 min, p90 >1 min 16 s, p99 >1 min 16 s, max >1 min 16 s
      20 ms - 50 ms      |#################                  |        1  33.3 %
      50 ms - 100 ms     |                                   |        0   0.0 %
     100 ms - 200 ms     |                                   |        0   0.0 %
     200 ms - 500 ms     |                                   |        0   0.0 %
     500 ms - 1 s        |                                   |        0   0.0 %
        1 s - 2 s        |                                   |        0   0.0 %
        2 s - 5 s        |                                   |        0   0.0 %
        5 s - 10 s       |                                   |        0   0.0 %
       10 s - 20 s       |                                   |        0   0.0 %
       20 s - 50 s       |                                   |        0   0.0 %
       50 s - 1 min 40 s |#################>>>>>>>>>>>>>>>>> |        2  66.7 %
