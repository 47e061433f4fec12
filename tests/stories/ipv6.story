# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The same over IPv6; the addresses are too long for their columns.
socket A [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443
socket B [::1]:40000 [::1]:8080

0ms  A state SYN_SENT ESTABLISHED   owned file-live  in curl[4021] connect(5)
0ms  B state SYN_SENT ESTABLISHED   owned file-live  in curl[4021] connect(6)
10ms A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in curl[4021] close(5)
10ms A call ESTABLISHED             took=30us ret=0  in curl[4021] close(5)
12ms A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
12ms A state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd
13ms A late FIN,ACK                 seq=5000 ack=1001 substate=TIME_WAIT
20ms B reset-received ESTABLISHED   segment  file-live
20ms B state ESTABLISHED CLOSE      sk_err=104  file-live

expect A ending=four-way initiator=local trigger=close v4mapped=no
expect B ending=reset-received initiator=peer reason=established
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     [2001:d..:7334]:51544 -> [2001:db..ffff:1]:443 four-way    3.00
-       -        [::1]:40000           <- [::1]:8080            reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.013000000Z","family":6,"netns":4026531840,"cookie":"0x11","local_addr":"2001:db8:85a3::8a2e:370:7334","local_port":51544,"peer_addr":"2001:db8:ffff:ffff:ffff:ffff:ffff:1","peer_port":443,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":13000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":3000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":3000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":1000000,"app_hold":null,"last_ack_wait":null,"total":3000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.020000000Z","time":"2026-11-22T08:12:32.020000000Z","family":6,"netns":4026531840,"cookie":"0x12","local_addr":"::1","local_port":40000,"peer_addr":"::1","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":20000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.020000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":9,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          [::1]:40000 [::1]:8080 SYN_SENT -> ESTABLISHED in curl[4021] connect(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.010000 state          [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.012000 state          [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.013000 late           [2001:db8:85a3::8a2e:370:7334]:51544 [2001:db8:ffff:ffff:ffff:ffff:ffff:1]:443 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x11
08:12:32.020000 reset-received [::1]:40000 [::1]:8080 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x12
08:12:32.020000 state          [::1]:40000 [::1]:8080 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x12
--- timeline
curl[4021]                        08:12:32.010                              peer
[2001:db8:85a3::8a2e:370:7334]:51544     [2001:db8:ffff:ff..fff:ffff:ffff:1]:443
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    :                                      :
                    :                2.0 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    |                1.0 ms                |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by curl[4021]; the ACK of the FIN took 2.0 ms (3.0 ms in all).

-                                 08:12:32.020                              peer
[::1]:40000                                                           [::1]:8080
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was open (established).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->  (not-found)      [2001:db..ffff:1]:443 four-way        3.00
-                <-  (not-found)      [::1]:8080            reset           0.00
--- who
08:12:32.000 to 08:12:32.020: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    50.0      .         .       .
curl                                          1    50.0      .         1    50.0

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100    .  100    .   .
curl                   1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   .   . 100      -      -      -      -      -      -
curl               100   .   .   .   .      -      -      -   1.00   1.00   1.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-received  established              1  100         .
curl             four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.020: 2 closes

ack_wait, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

total, 2 closes
p50 0 ns, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       0 ns - 1 ns       |###################################|        1  50.0 %
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
       2 ms - 5 ms       |###################################|        1  50.0 %

age, 2 closes
p50 13 ms, p90 20 ms, p99 20 ms, max 20 ms
      10 ms - 20 ms      |###################################|        1  50.0 %
      20 ms - 50 ms      |###################################|        1  50.0 %
