# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A kernel that does not show what reaches a timewait minisock: the peer's FIN will not be seen, so the story is
# told at once and says so.
hooks late=none
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED   owned file-live  in curl[4021] connect(5)
10ms A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in curl[4021] close(5)
10ms A call ESTABLISHED             took=30us ret=0  in curl[4021] close(5)
13ms A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
13ms A state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd

expect A initiator=local trigger=close partial=yes phase.peer_hold=- phase.ack_wait=3ms waves=FIN>,ACK<
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    curl     10.0.0.1:51544        -> 10.0.0.9:80           open        3.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"none","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.013000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":13000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"open","class":"open","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"curl","process":"curl","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":3000000},"cut":{"phase":"peer_hold","ns":0,"at_least":false},"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":true,"missing":["waves: no hook shows segments that come after the close"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.013000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.013000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.013000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
curl[4021]                        08:12:32.010                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
close(5) curl[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    :                                      :
                    :                3.0 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
         still open :                                      :
open: it was not over when the run ended; the ACK of the FIN took 3.0 ms.
Not seen: waves: no hook shows segments that come after the close
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
curl[4021]       ->  (not-found)      10.0.0.9:80           open            3.00
--- who
08:12:32.000 to 08:12:32.013: 0 closes, 1 open
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
curl                                          .       .      1         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
curl                   .     .    .    .    .    .     .    .    .    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
curl                 .   .   .   .   .      -      -      -  >0.00  >0.00  >0.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
curl             open            -                        1    -         .
--- hist
08:12:32.000 to 08:12:32.013: 0 closes, 1 open

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close, 1 cut
p50 >0 ns, p90 >0 ns, p99 >0 ns, max >0 ns
       0 ns - 1 ns       |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 1 close, 1 cut
p50 >3.0 ms, p90 >3.0 ms, p99 >3.0 ms, max >3.0 ms
       2 ms - 5 ms       |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

age, 1 close, 1 cut
p50 >13 ms, p90 >13 ms, p99 >13 ms, max >13 ms
      10 ms - 20 ms      |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %
