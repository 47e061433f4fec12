# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# One thread closes both its descriptors of the socket, the second under the number that the first had.
socket A 10.0.0.1:443 10.0.0.9:51544

0ms     A state SYN_RECV ESTABLISHED   no-socket
50ms    A call ESTABLISHED             took=2us ret=0  in nginx[4021] close(11)
90.01ms A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in nginx[4021] close(11)
90ms    A call ESTABLISHED             took=30us ret=0  in nginx[4021] close(11)
93ms    A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
93ms    A state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd
99ms    A late FIN,ACK                 seq=5000 ack=1001 substate=TIME_WAIT

expect A ending=four-way trigger=close call_ns=30us calls=close:none,close:fin start=90ms
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    nginx    10.0.0.1:443          -> 10.0.0.9:51544        four-way    8.99
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.090000000Z","time":"2026-11-22T08:12:32.099000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":99000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":11,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":11,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":0,"at_ns":-40000000,"effect":"none"},{"call":"close","how":null,"fd":11,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":10000,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":9000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":9000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2990000,"peer_hold":6000000,"app_hold":null,"last_ack_wait":null,"total":8990000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.099000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":7,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.050000 call           10.0.0.1:443 10.0.0.9:51544 ESTABLISHED in nginx[4021] close(11, 0) = 0 call_ns=2000 netns=4026531840 cookie=0x11
08:12:32.090010 state          10.0.0.1:443 10.0.0.9:51544 ESTABLISHED -> FIN_WAIT1 in nginx[4021] close(11, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.090000 call           10.0.0.1:443 10.0.0.9:51544 ESTABLISHED in nginx[4021] close(11, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.093000 state          10.0.0.1:443 10.0.0.9:51544 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.093000 state          10.0.0.1:443 10.0.0.9:51544 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.099000 late           10.0.0.1:443 10.0.0.9:51544 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x11
--- timeline
nginx[4021]                       08:12:32.090                              peer
10.0.0.1:443                                                      10.0.0.9:51544
        ESTABLISHED |                                      | (ESTABLISHED)
          close(11) |                                      |
        nginx[4021] |                                      |
       nothing sent |                                      |
                    :                                      :
                    :                40 ms                 :
                    :                                      :
          close(11) |                                      |
        nginx[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    |                6.0 ms                |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by nginx[4021]; the peer's application held the connection open
for 6.0 ms after our FIN (9.0 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      <-  nginx[4021]      10.0.0.1:443          four-way        8.99
--- who
08:12:32.000 to 08:12:32.099: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
nginx                                         1    10.1      .         1    10.1

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
nginx                  1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
nginx              100   .   .   .   .      -      -      -   6.00   6.00   6.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
nginx            four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.099: 1 close

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 6.0 ms, p90 6.0 ms, p99 6.0 ms, max 6.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %

total, 1 close
p50 9.0 ms, p90 9.0 ms, p99 9.0 ms, max 9.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %

age, 1 close
p50 99 ms, p90 99 ms, p99 99 ms, max 99 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
