# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# TCP_LINGER2 below zero, and the FIN already acknowledged: close() resets of its own accord.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED   owned file-live  in probe[55] connect(5)
50ms A state ESTABLISHED FIN_WAIT1  owned file-live shut-snd linger2-neg  in probe[55] shutdown(5,1)
50ms A call ESTABLISHED             took=40us ret=0  in probe[55] shutdown(5,1)
53ms A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  file-live shut-snd linger2-neg
90ms A state FIN_WAIT2 FIN_WAIT2    owned file-dead shut-rcv shut-snd linger2-neg  in probe[55] close(5)
90ms A state FIN_WAIT2 CLOSE        dead owned no-socket shut-rcv shut-snd linger2-neg  in probe[55] close(5)
90ms A reset-sent CLOSE             reason=ABORT_ON_LINGER  dead owned no-socket shut-rcv shut-snd linger2-neg
90ms A destroy                      dead owned shut-rcv shut-snd linger2-neg  in probe[55] close(5)
90ms A call FIN_WAIT2               took=40us ret=0  in probe[55] close(5)

expect A ending=reset-sent class=reset initiator=local reason=linger2 trigger=shutdown
# both acts left their mark on the wire: a FIN, then a RST
expect A calls=shutdown:fin,close:reset
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
55      probe    10.0.0.1:51544        -> 10.0.0.9:80           reset      40.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.090000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":90000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"linger2","trigger":{"call":"shutdown","how":"SHUT_WR","fd":5,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":0,"uid":0,"call_ns":40000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":{"call":"close","how":null,"fd":5,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":0,"stack":null},"calls":[{"call":"shutdown","how":"SHUT_WR","fd":5,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":0,"at_ns":0,"effect":"fin"},{"call":"close","how":null,"fd":5,"pid":55,"tid":55,"comm":"probe","process":"probe","ret":0,"at_ns":40000000,"effect":"reset"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":40000000},"cut":{"phase":"peer_hold","ns":37000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.090000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":9,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in probe[55] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.050000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in probe[55] shutdown(5, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd,linger2-neg netns=4026531840 cookie=0x11
08:12:32.050000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in probe[55] shutdown(5, 1) = 0 call_ns=40000 netns=4026531840 cookie=0x11
08:12:32.053000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd,linger2-neg netns=4026531840 cookie=0x11
08:12:32.090000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> FIN_WAIT2 in probe[55] close(5, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,linger2-neg netns=4026531840 cookie=0x11
08:12:32.090000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE in probe[55] close(5, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,owned,no-socket,shut-rcv,shut-snd,linger2-neg netns=4026531840 cookie=0x11
08:12:32.090000 reset-sent     10.0.0.1:51544 10.0.0.9:80 CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 reason=3 unasked dead,owned,no-socket,shut-rcv,shut-snd,linger2-neg netns=4026531840 cookie=0x11
08:12:32.090000 destroy        10.0.0.1:51544 10.0.0.9:80 CLOSE in probe[55] close(5, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd,linger2-neg netns=4026531840 cookie=0x11
08:12:32.090000 call           10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 in probe[55] close(5, 0) = 0 call_ns=40000 netns=4026531840 cookie=0x11
--- timeline
probe[55]                         08:12:32.050                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(5, WR) |                                      |
          probe[55] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                37 ms                 :
                    :                                      :
 close(5) probe[55] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: probe[55] had set TCP_LINGER2 below zero, so a RST ended it
(linger2); the peer's application held the connection open for 37 ms after our
FIN, until the RST (40 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
probe[55]        ->  (not-found)      10.0.0.9:80           reset          40.00
--- who
08:12:32.000 to 08:12:32.090: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
probe                                         1    11.1      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
probe                  1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
probe                .   .   . 100   .      -      -      -    >37    >37    >37

COMM             ENDING          REASON               COUNT    % LOST-DATA
probe            reset-sent      linger2                  1  100         .
--- hist
08:12:32.000 to 08:12:32.090: 1 close

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close, 1 cut
p50 >37 ms, p90 >37 ms, p99 >37 ms, max >37 ms
      20 ms - 50 ms      |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 1 close
p50 40 ms, p90 40 ms, p99 40 ms, max 40 ms
      20 ms - 50 ms      |###################################|        1 100.0 %

age, 1 close
p50 90 ms, p90 90 ms, p99 90 ms, max 90 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
