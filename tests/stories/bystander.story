# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The ACK and the peer's FIN are worked off the backlog by whoever holds the lock, or come while another process
# happens to be on the CPU. That process had no hand in it, and is not named.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms   A state SYN_SENT ESTABLISHED   owned file-live  in nc[77] connect(3)
100ms A state ESTABLISHED FIN_WAIT1  owned file-live shut-snd  in nc[77] shutdown(3,1)
100ms A call ESTABLISHED             took=30us ret=0  in nc[77] shutdown(3,1)
103ms A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  owned file-live shut-snd  in firefox[600] recvfrom(9)
200ms A state FIN_WAIT2 CLOSE        segment came=1 acks  done owned file-live shut-snd  in firefox[600] close(3)
tick 1s

expect A ending=four-way initiator=local trigger=shutdown pid=77 calls=shutdown:fin phase.peer_hold=97ms
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
77      nc       10.0.0.1:51544        -> 10.0.0.9:80           four-way  100.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.200000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":200000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":100000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":100000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":97000000,"app_hold":null,"last_ack_wait":null,"total":100000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in nc[77] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.100000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in nc[77] shutdown(3, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.100000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in nc[77] shutdown(3, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.103000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 in firefox[600] recvfrom(9, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.200000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE in firefox[600] close(3, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,owned,file-live,shut-snd netns=4026531840 cookie=0x11
--- timeline
nc[77]                            08:12:32.100                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(3, WR) |                                      |
             nc[77] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                97 ms                 :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by nc[77]; the peer's application held the connection open for
97 ms after our FIN (100 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
nc[77]           ->  (not-found)      10.0.0.9:80           four-way      100.00
--- who
08:12:32.000 to 08:12:33.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
nc                                            1    1.00      .         1    1.00

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
nc                     1     .  100    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
nc                 100   .   .   .   .      -      -      -  97.00  97.00  97.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
nc               four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:33.000: 1 close

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 97 ms, p90 97 ms, p99 97 ms, max 97 ms
      50 ms - 100 ms     |###################################|        1 100.0 %

total, 1 close
p50 100 ms, p90 100 ms, p99 100 ms, max 100 ms
     100 ms - 200 ms     |###################################|        1 100.0 %

age, 1 close
p50 200 ms, p90 200 ms, p99 200 ms, max 200 ms
     200 ms - 500 ms     |###################################|        1 100.0 %
