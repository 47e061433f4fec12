# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A client in a retry loop draws the port of the dead local server as its own, and is connected to itself: one FIN and
# one ACK end it (the two-way close). Its SYN crossed itself, so it was opened by connect().
socket A 127.0.0.1:50863 127.0.0.1:50863
set A rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms  A state SYN_RECV ESTABLISHED    file-live
10ms A state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in replicator[4021] close(5)
10ms A state FIN_WAIT1 CLOSING       segment came=1 sent=1  done dead no-socket shut-rcv shut-snd
10ms A state CLOSING CLOSE           segment acked acks  done dead no-socket shut-rcv shut-snd
10ms A call ESTABLISHED              took=30us ret=0  in replicator[4021] close(5)

expect A ending=two-way class=clean initiator=both opened=connect trigger=close waves=FIN>,ACK< missing=- twin.cookie=- self=yes
expect-tally seen=1 told=1 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    replicat 127.0.0.1:50863       <> 127.0.0.1:50863       two-way     0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.010000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"127.0.0.1","local_port":50863,"peer_addr":"127.0.0.1","peer_port":50863,"iss":999,"irs":999,"v4_mapped":false,"opened":"connect","age_ns":10000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"both","ending":"two-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"replicator","process":"replicator","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"replicator","process":"replicator","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":0,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","CLOSING","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":0,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":true,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.010000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          127.0.0.1:50863 127.0.0.1:50863 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x11
08:12:32.010000 state          127.0.0.1:50863 127.0.0.1:50863 ESTABLISHED -> FIN_WAIT1 in replicator[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 state          127.0.0.1:50863 127.0.0.1:50863 FIN_WAIT1 -> CLOSING snd_una=1000 snd_nxt=1001 write_seq=1001 rcv_nxt=1001 rcv_wup=1000 copied_seq=1000 segs_in=2 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 state          127.0.0.1:50863 127.0.0.1:50863 CLOSING -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=1001 rcv_wup=1001 copied_seq=1000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           127.0.0.1:50863 127.0.0.1:50863 ESTABLISHED in replicator[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
--- timeline
replicator[4021]                  08:12:32.010               connected to itself
127.0.0.1:50863
        ESTABLISHED |
           close(5) |
   replicator[4021] |
                    |-------- 1 FIN seq +0 ack +0 --------.
          FIN_WAIT1 |          seq 1000 ack 1000          |
            CLOSING |<------------------------------------'
                    |----------- 2 ACK ack +1 ------------.
                    |               ack 1001              |
          TIME_WAIT |<------------------------------------'
two-way: the socket is connected to itself.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
replicator[4021] <>  replicator[4021] 127.0.0.1:50863       two-way         0.00
--- who
08:12:32.000 to 08:12:32.010: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
replicator                                    1     100      .         1     100

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
replicator             1   100    .    .    .    .     .    .    .    .  100   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
replicator         100   .   .   .   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
replicator       two-way         -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.010: 1 close

ack_wait, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 10 ms, p90 10 ms, p99 10 ms, max 10 ms
      10 ms - 20 ms      |###################################|        1 100.0 %
