# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# 5000 bytes are still in the send queue when the application closes: the FIN has to wait its turn, and the
# kernel does not show when it leaves.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms   A state SYN_SENT ESTABLISHED   owned file-live  in scp[50] connect(5)
set A sent=20000 queued=5000 snd_wnd=20000
10ms  A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in scp[50] close(5)
10ms  A call ESTABLISHED             took=30us ret=0  in scp[50] close(5)
210ms A state FIN_WAIT1 FIN_WAIT2    segment snd_nxt=+5001 write_seq=+1 acked  dead no-socket shut-rcv shut-snd
210ms A state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd
220ms A late FIN,ACK                 seq=5000 ack=26001 substate=TIME_WAIT

expect A ending=four-way trigger=close blame=send-queue unacked=20000 unsent=5000 waves=FIN>~,ACK<,FIN<,ACK>
expect A wave1.seq=26000 wave2.ack=26001 phase.fin_queued=- phase.ack_wait=200ms phase.peer_hold=10ms
expect A missing=fin_queued
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
50      scp      10.0.0.1:51544        -> 10.0.0.9:80           four-way  210.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.220000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":220000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":50,"tid":50,"comm":"scp","process":"scp","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":50,"tid":50,"comm":"scp","process":"scp","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":26000,"ack":5000,"exact":false},{"wave":2,"flag":"ACK","dir":"received","at_ns":200000000,"seq":null,"ack":26001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":210000000,"seq":5000,"ack":26001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":210000000,"seq":26001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":200000000,"peer_hold":10000000,"app_hold":null,"last_ack_wait":null,"total":210000000},"cut":null,"blame":"send-queue","bytes":{"sent":0,"received":0,"unread":0,"unacked":20000,"unsent":5000},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["fin_queued: the kernel does not show when a queued FIN leaves"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.220000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":6,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in scp[50] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in scp[50] close(5, 0) snd_una=1000 snd_nxt=21000 write_seq=26000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=20000 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in scp[50] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.210000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=26001 snd_nxt=26001 write_seq=26001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=20000 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.210000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=26001 snd_nxt=26001 write_seq=26001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=20000 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.220000 late           10.0.0.1:51544 10.0.0.9:80 TIME_WAIT flags=17 seq=5000 ack=26001 payload=0 substate=6 netns=4026531840 cookie=0x11
--- timeline
scp[50]                           08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
   close(5) scp[50] |                                      |
                    |- - - -  1 FIN seq +0 ack +0 - - - - >|
          FIN_WAIT1 |          seq 26000 ack 5000          | (CLOSE_WAIT)
                    :                                      :
                    :                200 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |              ack 26001               |
                    |                10 ms                 |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 26001          | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 26001 ack 5001          |
four-way, begun by scp[50]; the FIN waited behind unsent data for 200 ms (210 ms
in all).
Not seen: fin_queued: the kernel does not show when a queued FIN leaves
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
scp[50]          ->  (not-found)      10.0.0.9:80           four-way      210.00
--- who
08:12:32.000 to 08:12:32.220: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
scp                                           1    4.55      .         1    4.55

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
scp                    1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
scp                100   .   .   .   .      -      -      -  10.00  10.00  10.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
scp              four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.220: 1 close

ack_wait, 1 close
p50 200 ms, p90 200 ms, p99 200 ms, max 200 ms
     200 ms - 500 ms     |###################################|        1 100.0 %

peer_hold, 1 close
p50 10 ms, p90 10 ms, p99 10 ms, max 10 ms
      10 ms - 20 ms      |###################################|        1 100.0 %

total, 1 close
p50 210 ms, p90 210 ms, p99 210 ms, max 210 ms
     200 ms - 500 ms     |###################################|        1 100.0 %

age, 1 close
p50 220 ms, p90 220 ms, p99 220 ms, max 220 ms
     200 ms - 500 ms     |###################################|        1 100.0 %
