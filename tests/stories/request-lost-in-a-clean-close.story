# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The server half-closes, the request arrives, both close: no RST is sent, and the request is never read.
socket A 10.0.0.9:80 10.0.0.1:51544
socket H 10.0.0.9:80 10.0.0.1:51545 cookie=0x12

0ms   A state SYN_RECV ESTABLISHED    no-socket
10ms  A state ESTABLISHED FIN_WAIT1   idle idle_sent_ms=8 idle_received_ms=9 bytes_sent=70 bytes_received=100  owned file-live shut-snd  in upstream[4021] shutdown(7,1)
10ms  A call ESTABLISHED              took=30us ret=0  in upstream[4021] shutdown(7,1)
12ms  A state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  file-live shut-snd
30ms  A state FIN_WAIT2 CLOSE         segment came=2080 acks  done file-live shut-snd shut-rcv
280ms A destroy                       dead done owned shut-rcv shut-snd  in upstream[4021] close(7)
280ms A call CLOSE                    took=30us ret=0  in upstream[4021] close(7)
300ms H state SYN_RECV ESTABLISHED    no-socket
310ms H state ESTABLISHED FIN_WAIT1   owned file-live shut-snd  in upstream[4021] shutdown(8,1)
310ms H call ESTABLISHED              took=30us ret=0  in upstream[4021] shutdown(8,1)
312ms H state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  file-live shut-snd
330ms H state FIN_WAIT2 CLOSE         segment came=501 acks  done file-live shut-snd shut-rcv

expect A ending=four-way initiator=local trigger=shutdown calls=shutdown:fin,close:released lost.unread=2079 unread=0
expect A idle.sent=8ms idle.received=9ms missing=-
expect H ending=four-way lost.unread=- missing=data_lost
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    upstream 10.0.0.9:80           -> 10.0.0.1:51544        four-way!  20.00
4021    upstream 10.0.0.9:80           -> 10.0.0.1:51545        four-way   20.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.030000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.9","local_port":80,"peer_addr":"10.0.0.1","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":30000000,"idle_ns":{"sent":8000000,"received":9000000},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"shutdown","how":"SHUT_WR","fd":7,"pid":4021,"tid":4021,"comm":"upstream","process":"upstream","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":7,"pid":4021,"tid":4021,"comm":"upstream","process":"upstream","ret":0,"at_ns":0,"effect":"fin"},{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"upstream","process":"upstream","ret":0,"at_ns":270000000,"effect":"released"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":20000000,"seq":7079,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":20000000,"seq":1001,"ack":7080,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":18000000,"app_hold":null,"last_ack_wait":null,"total":20000000},"cut":null,"blame":"peer-app","bytes":{"sent":70,"received":2179,"unread":0,"unacked":0,"unsent":0},"data_lost":{"unread":2079,"unsent":0,"unacked":0},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.310000000Z","time":"2026-11-22T08:12:32.330000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.9","local_port":80,"peer_addr":"10.0.0.1","peer_port":51545,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":30000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"shutdown","how":"SHUT_WR","fd":8,"pid":4021,"tid":4021,"comm":"upstream","process":"upstream","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":8,"pid":4021,"tid":4021,"comm":"upstream","process":"upstream","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":20000000,"seq":5500,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":20000000,"seq":1001,"ack":5501,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":18000000,"app_hold":null,"last_ack_wait":null,"total":20000000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":500,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["data_lost: data was unread, and a process still held the socket"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.330000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":12,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.9:80 10.0.0.1:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.9:80 10.0.0.1:51544 ESTABLISHED -> FIN_WAIT1 in upstream[4021] shutdown(7, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.9:80 10.0.0.1:51544 ESTABLISHED in upstream[4021] shutdown(7, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.9:80 10.0.0.1:51544 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.030000 state          10.0.0.9:80 10.0.0.1:51544 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=7080 rcv_wup=7080 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,file-live,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.280000 destroy        10.0.0.9:80 10.0.0.1:51544 CLOSE in upstream[4021] close(7, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=7080 rcv_wup=7080 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.280000 call           10.0.0.9:80 10.0.0.1:51544 CLOSE in upstream[4021] close(7, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.300000 state          10.0.0.9:80 10.0.0.1:51545 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.310000 state          10.0.0.9:80 10.0.0.1:51545 ESTABLISHED -> FIN_WAIT1 in upstream[4021] shutdown(8, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x12
08:12:32.310000 call           10.0.0.9:80 10.0.0.1:51545 ESTABLISHED in upstream[4021] shutdown(8, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x12
08:12:32.312000 state          10.0.0.9:80 10.0.0.1:51545 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x12
08:12:32.330000 state          10.0.0.9:80 10.0.0.1:51545 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5501 rcv_wup=5501 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 done,file-live,shut-rcv,shut-snd netns=4026531840 cookie=0x12
--- timeline
upstream[4021]                    08:12:32.010                              peer
10.0.0.9:80                                                       10.0.0.1:51544
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(7, WR) |                                      |
     upstream[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    |<- - - -  2079 bytes of data - - - -  |
                    |                18 ms                 |
                    |<------ 3 FIN seq +2079 ack +1 -------|
          TIME_WAIT |          seq 7079 ack 1001           | (LAST_ACK)
                    |------ 4 ACK seq +1 ack +2080 ------->|
                    |          seq 1001 ack 7080           |
                    :                                      :
                    :                250 ms                :
                    :                                      :
           close(7) |                                      |
     upstream[4021] |                                      |
last reference gone |                                      |
four-way, begun by upstream[4021]; the peer's application held the connection
open for 18 ms after our FIN (20 ms in all). 2079 bytes for upstream[4021]
arrived and were never read.

upstream[4021]                    08:12:32.310                              peer
10.0.0.9:80                                                       10.0.0.1:51545
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(8, WR) |                                      |
     upstream[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    |<- - - -   500 bytes of data - - - -  |
                    :                                      :
                    :                18 ms                 :
                    :                                      :
                    |<------- 3 FIN seq +500 ack +1 -------|
          TIME_WAIT |          seq 5500 ack 1001           | (LAST_ACK)
                    |------- 4 ACK seq +1 ack +501 ------->|
                    |          seq 1001 ack 5501           |
four-way, begun by upstream[4021]; the peer's application held the connection
open for 18 ms after our FIN (20 ms in all).
Not seen: data_lost: data was unread, and a process still held the socket
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      <-  upstream[4021]   10.0.0.9:80           four-way       20.00
(not-found)      <-  upstream[4021]   10.0.0.9:80           four-way       20.00
--- who
08:12:32.000 to 08:12:32.330: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
upstream                                      2    6.06      .         2    6.06

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
upstream               2     .  100    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
upstream           100   .   .   .   .      -      -      -  18.00  18.00  18.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
upstream         four-way        -                        2  100         1
--- hist
08:12:32.000 to 08:12:32.330: 2 closes

ack_wait, 2 closes
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        2 100.0 %

peer_hold, 2 closes
p50 18 ms, p90 18 ms, p99 18 ms, max 18 ms
      10 ms - 20 ms      |###################################|        2 100.0 %

total, 2 closes
p50 20 ms, p90 20 ms, p99 20 ms, max 20 ms
      20 ms - 50 ms      |###################################|        2 100.0 %

age, 2 closes
p50 30 ms, p90 30 ms, p99 30 ms, max 30 ms
      20 ms - 50 ms      |###################################|        2 100.0 %

idle, 1 close
p50 8.0 ms, p90 8.0 ms, p99 8.0 ms, max 8.0 ms
       5 ms - 10 ms      |###################################|        1 100.0 %
