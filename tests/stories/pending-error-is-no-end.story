# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An ICMP error (IP_RECVERR) stays on a socket that lives on; both FINs and ACKs come all the same.
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51545 10.0.0.9:80 cookie=0x12
socket C 10.0.0.1:51546 10.0.0.9:80 cookie=0x13

0ms  A state SYN_SENT ESTABLISHED    owned file-live  in asker[4021] connect(5)
10ms A state ESTABLISHED FIN_WAIT1   sk_err=113  owned file-dead shut-rcv shut-snd  in asker[4021] close(5)
10ms A call ESTABLISHED              took=30us ret=0  in asker[4021] close(5)
12ms A state FIN_WAIT1 FIN_WAIT2     sk_err=113  segment sent=1 acked  dead no-socket shut-rcv shut-snd
12ms A state FIN_WAIT2 CLOSE         sk_err=113  dead no-socket shut-rcv shut-snd
20ms A late FIN,ACK                  seq=5000 ack=1001 substate=TIME_WAIT
20ms B state SYN_SENT ESTABLISHED    owned file-live  in asker[4021] connect(6)
21ms B state ESTABLISHED CLOSE_WAIT  sk_err=32  segment came=1  done file-live shut-rcv
set B acks
22ms B state CLOSE_WAIT LAST_ACK     sk_err=32  owned done file-dead shut-rcv shut-snd  in asker[4021] close(6)
22ms B call CLOSE_WAIT               took=30us ret=0  in asker[4021] close(6)
23ms B state LAST_ACK CLOSE          sk_err=32  segment sent=1 acked  dead done no-socket shut-rcv shut-snd
30ms C state SYN_SENT ESTABLISHED    owned file-live  in asker[4021] connect(7)
31ms C state ESTABLISHED CLOSE       sk_err=113 came=6  owned file-dead shut-rcv shut-snd  in asker[4021] close(7)
31ms C reset-sent CLOSE              sk_err=113 reason=ABORT_ON_CLOSE  owned dead no-socket shut-rcv shut-snd
31ms C destroy                       owned dead shut-rcv shut-snd  in asker[4021] close(7)
31ms C call ESTABLISHED              took=30us ret=0  in asker[4021] close(7)

expect A ending=four-way initiator=local reason=-
expect B ending=four-way initiator=peer reason=-
expect C ending=reset-sent reason=unread-data trigger=close pid=4021 fd=7 initiator=local lost.unread=6
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    asker    10.0.0.1:51544        -> 10.0.0.9:80           four-way   10.00
4021    asker    10.0.0.1:51545        <- 10.0.0.9:80           four-way    2.00
4021    asker    10.0.0.1:51546        -> 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.020000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":20000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":10000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":10000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":8000000,"app_hold":null,"last_ack_wait":null,"total":10000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.021000000Z","time":"2026-11-22T08:12:32.023000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51545,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":3000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"at_ns":1000000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":1000000,"seq":1000,"ack":5001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":1000000,"last_ack_wait":1000000,"total":2000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.031000000Z","time":"2026-11-22T08:12:32.031000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51546,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":1000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"unread-data","trigger":{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"asker","process":"asker","ret":0,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":6,"unread":6,"unacked":0,"unsent":0},"data_lost":{"unread":6,"unsent":0,"unacked":0},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.031000000Z","seen":3,"told":3,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":16,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in asker[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in asker[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=113 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in asker[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=113 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=113 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.020000 late           10.0.0.1:51544 10.0.0.9:80 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x11
08:12:32.020000 state          10.0.0.1:51545 10.0.0.9:80 SYN_SENT -> ESTABLISHED in asker[4021] connect(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.021000 state          10.0.0.1:51545 10.0.0.9:80 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=32 done,file-live,shut-rcv netns=4026531840 cookie=0x12
08:12:32.022000 state          10.0.0.1:51545 10.0.0.9:80 CLOSE_WAIT -> LAST_ACK in asker[4021] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=32 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.022000 call           10.0.0.1:51545 10.0.0.9:80 CLOSE_WAIT in asker[4021] close(6, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x12
08:12:32.023000 state          10.0.0.1:51545 10.0.0.9:80 LAST_ACK -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=32 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.030000 state          10.0.0.1:51546 10.0.0.9:80 SYN_SENT -> ESTABLISHED in asker[4021] connect(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.031000 state          10.0.0.1:51546 10.0.0.9:80 ESTABLISHED -> CLOSE in asker[4021] close(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5006 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=113 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.031000 reset-sent     10.0.0.1:51546 10.0.0.9:80 CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5006 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=113 reason=1 unasked dead,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.031000 destroy        10.0.0.1:51546 10.0.0.9:80 CLOSE in asker[4021] close(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5006 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.031000 call           10.0.0.1:51546 10.0.0.9:80 ESTABLISHED in asker[4021] close(7, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x13
--- timeline
asker[4021]                       08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(5) |                                      |
        asker[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    :                                      :
                    :                8.0 ms                :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by asker[4021]; the peer's application held the connection open
for 8.0 ms after our FIN (10 ms in all).

asker[4021]                       08:12:32.021                              peer
10.0.0.1:51545                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    |- - - -  2 ACK seq +0 ack +1 - - - - >|
                    |          seq 1000 ack 5001           |
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
           close(6) |                                      |
        asker[4021] |                                      |
                    |-------- 3 FIN seq +0 ack +1 -------->|
           LAST_ACK |          seq 1000 ack 5001           | (TIME_WAIT)
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
                    |<----------- 4 ACK ack +1 ------------|
              CLOSE |               ack 1001               |
four-way, begun by the peer; the ACK of the FIN took 1.0 ms (2.0 ms in all).

asker[4021]                       08:12:32.031                              peer
10.0.0.1:51546                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(7) |                                      |
        asker[4021] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: asker[4021] closed with data unread and so sent a RST (unread-data).
6 bytes for asker[4021] arrived and were never read.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
asker[4021]      ->  (not-found)      10.0.0.9:80           four-way       10.00
asker[4021]      <-  (not-found)      10.0.0.9:80           four-way        2.00
asker[4021]      ->  (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:12:32.031: 3 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
asker                                         3    96.8      .         1    32.3

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
asker                  3   100    .    .    .    .     .    .   67   33    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
asker               67   .   .  33   .   1.00   1.00   1.00   8.00   8.00   8.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
asker            four-way        -                        2   67         .
asker            reset-sent      unread-data              1   33         1
--- hist
08:12:32.000 to 08:12:32.031: 3 closes

ack_wait, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 8.0 ms, p90 8.0 ms, p99 8.0 ms, max 8.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %

app_hold, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

total, 3 closes
p50 2.0 ms, p90 10 ms, p99 10 ms, max 10 ms
       0 ns - 1 ns       |###################################|        1  33.3 %
       1 ns - 2 ns       |                                   |        0   0.0 %
       2 ns - 5 ns       |                                   |        0   0.0 %
       5 ns - 10 ns      |                                   |        0   0.0 %
      10 ns - 20 ns      |                                   |        0   0.0 %
      20 ns - 50 ns      |                                   |        0   0.0 %
      50 ns - 100 ns     |                                   |        0   0.0 %
     100 ns - 200 ns     |                                   |        0   0.0 %
     200 ns - 500 ns     |                                   |        0   0.0 %
     500 ns - 1 us       |                                   |        0   0.0 %
       1 us - 2 us       |                                   |        0   0.0 %
       2 us - 5 us       |                                   |        0   0.0 %
       5 us - 10 us      |                                   |        0   0.0 %
      10 us - 20 us      |                                   |        0   0.0 %
      20 us - 50 us      |                                   |        0   0.0 %
      50 us - 100 us     |                                   |        0   0.0 %
     100 us - 200 us     |                                   |        0   0.0 %
     200 us - 500 us     |                                   |        0   0.0 %
     500 us - 1 ms       |                                   |        0   0.0 %
       1 ms - 2 ms       |                                   |        0   0.0 %
       2 ms - 5 ms       |###################################|        1  33.3 %
       5 ms - 10 ms      |                                   |        0   0.0 %
      10 ms - 20 ms      |###################################|        1  33.3 %

age, 3 closes
p50 3.0 ms, p90 20 ms, p99 20 ms, max 20 ms
       1 ms - 2 ms       |###################################|        1  33.3 %
       2 ms - 5 ms       |###################################|        1  33.3 %
       5 ms - 10 ms      |                                   |        0   0.0 %
      10 ms - 20 ms      |                                   |        0   0.0 %
      20 ms - 50 ms      |###################################|        1  33.3 %
