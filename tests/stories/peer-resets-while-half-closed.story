# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# We had said that we would send no more (A), or the peer had (B), when the RST came.
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:443 10.0.0.9:52000

0ms   A state SYN_SENT ESTABLISHED    owned file-live  in nc[77] connect(3)
0ms   B state SYN_RECV ESTABLISHED    no-socket
100ms A state ESTABLISHED FIN_WAIT1   owned file-live shut-snd  in nc[77] shutdown(3,1)
100ms A call ESTABLISHED              took=30us ret=0  in nc[77] shutdown(3,1)
103ms A state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  file-live shut-snd
150ms A reset-received FIN_WAIT2      segment  file-live shut-snd
150ms A state FIN_WAIT2 CLOSE         sk_err=104  file-live shut-snd
200ms B state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
set B acks
250ms B reset-received CLOSE_WAIT     segment  done file-live shut-rcv
250ms B state CLOSE_WAIT CLOSE        sk_err=32  done file-live shut-rcv
tick 1s

expect A ending=reset-received class=reset initiator=local reason=half-closed trigger=shutdown how=SHUT_WR
expect A states=ESTABLISHED,FIN_WAIT1,FIN_WAIT2,CLOSE waves=FIN>,ACK< phase.ack_wait=3ms phase.peer_hold=-
expect A phase.total=50ms
expect B ending=reset-received class=reset initiator=peer reason=half-closed trigger=- calls=-
expect B states=ESTABLISHED,CLOSE_WAIT,CLOSE waves=FIN<,ACK>~ phase.app_hold=- phase.total=50ms
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
77      nc       10.0.0.1:51544        -> 10.0.0.9:80           reset      50.00
-       -        10.0.0.1:443          <- 10.0.0.9:52000        reset      50.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.150000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":150000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-received","class":"reset","reason":"half-closed","trigger":{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":50000000},"cut":{"phase":"peer_hold","ns":47000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.200000000Z","time":"2026-11-22T08:12:32.250000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":52000,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":250000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"half-closed","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":false}],"states":["ESTABLISHED","CLOSE_WAIT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":50000000},"cut":{"phase":"app_hold","ns":50000000,"at_least":false},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":10,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in nc[77] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:52000 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.100000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in nc[77] shutdown(3, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.100000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in nc[77] shutdown(3, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.103000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.150000 reset-received 10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.150000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=3 snd_wnd=65535 err=104 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.200000 state          10.0.0.1:443 10.0.0.9:52000 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x12
08:12:32.250000 reset-received 10.0.0.1:443 10.0.0.9:52000 CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x12
08:12:32.250000 state          10.0.0.1:443 10.0.0.9:52000 CLOSE_WAIT -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=32 done,file-live,shut-rcv netns=4026531840 cookie=0x12
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
                    :                47 ms                 :
                    :                                      :
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was half closed
(half-closed); the peer's application held the connection open for 47 ms after
our FIN, until the RST (50 ms in all).

-                                 08:12:32.200                              peer
10.0.0.1:443                                                      10.0.0.9:52000
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    |- - - -  2 ACK seq +0 ack +1 - - - - >|
                    |          seq 1000 ack 5001           |
                    :                                      :
                    :                50 ms                 :
                    :                                      :
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
reset-received: a RST arrived while the connection was half closed
(half-closed); this end held the connection open for 50 ms after the peer's FIN,
until the RST.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
nc[77]           ->  (not-found)      10.0.0.9:80           reset          50.00
(not-found)      ->  -                10.0.0.1:443          reset          50.00
--- who
08:12:32.000 to 08:12:33.000: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    1.00      .         .       .
nc                                            1    1.00      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100    .  100    .   .
nc                     1     .  100    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   .   . 100    >50    >50    >50      -      -      -
nc                   .   .   .   . 100      -      -      -    >47    >47    >47

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-received  half-closed              1  100         .
nc               reset-received  half-closed              1  100         .
--- hist
08:12:32.000 to 08:12:33.000: 2 closes

ack_wait, 1 close
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close, 1 cut
p50 >47 ms, p90 >47 ms, p99 >47 ms, max >47 ms
      20 ms - 50 ms      |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

app_hold, 1 close, 1 cut
p50 >50 ms, p90 >50 ms, p99 >50 ms, max >50 ms
      50 ms - 100 ms     |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 2 closes
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        2 100.0 %

age, 2 closes
p50 151 ms, p90 250 ms, p99 250 ms, max 250 ms
     100 ms - 200 ms     |###################################|        1  50.0 %
     200 ms - 500 ms     |###################################|        1  50.0 %
