# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Lost was the event that shows who closed: the FIN went, but by whom is not known.
kernel ring-full=1
hooks calls=inline
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED  owned file-live  in curl[4021] connect(5)
13ms A state FIN_WAIT1 FIN_WAIT2   segment sent=1 acked  dead no-socket shut-rcv shut-snd
13ms A state FIN_WAIT2 CLOSE       dead no-socket shut-rcv shut-snd
30ms A late FIN,ACK                seq=5000 ack=1001 substate=TIME_WAIT

expect A class=clean ending=four-way initiator=local trigger=- partial=yes waves=ACK<,FIN<,ACK> calls=-
expect A phase.ack_wait=- phase.peer_hold=17ms phase.total=-
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
-       -        10.0.0.1:51544        -> 10.0.0.9:80           four-way       -
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"inline","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.030000000Z","time":"2026-11-22T08:12:32.030000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":30000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[{"wave":2,"flag":"ACK","dir":"received","at_ns":-17000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":0,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":17000000,"app_hold":null,"last_ack_wait":null,"total":null},"cut":null,"blame":null,"bytes":{"sent":0,"received":0,"unread":null,"unacked":null,"unsent":null},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["waves: the close began before tracing did, or an event was lost"]}
{"kind":"lost","schema":1,"time":"2026-11-22T08:12:32.030000000Z","events":{"ring_full":1,"calls_full":0,"malformed":0},"endpoints":{"table_full":0,"end_missed":0,"vanished":0},"maybe_missed":null}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.030000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":4,"events_lost":{"ring_full":1,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.013000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.013000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.030000 late           10.0.0.1:51544 10.0.0.9:80 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x11
--- timeline
-                                 08:12:32.030                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<----------- 2 ACK ack +0 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    :                                      :
                    :                17 ms                 :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +0 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (FIN_WAIT1)
                    |-------- 4 ACK seq +0 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by this end; how long it took was not seen.
Not seen: waves: the close began before tracing did, or an event was lost
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
-                ->  (not-found)      10.0.0.9:80           four-way           -
--- who
08:12:32.000 to 08:12:32.030: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    33.3      .         1    33.3

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                  100   .   .   .   .      -      -      -  17.00  17.00  17.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.030: 1 close

peer_hold, 1 close
p50 17 ms, p90 17 ms, p99 17 ms, max 17 ms
      10 ms - 20 ms      |###################################|        1 100.0 %

age, 1 close
p50 30 ms, p90 30 ms, p99 30 ms, max 30 ms
      20 ms - 50 ms      |###################################|        1 100.0 %
