# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A process is checkpointed: its socket is closed in repair mode, and another process restores it. That is the twin of
# the peer then, not the process that is gone. Its counters begin anew.
socket C 127.0.0.1:33816 127.0.0.1:8080 cookie=0x1267
socket S 127.0.0.1:8080 127.0.0.1:33816 cookie=0x1268
socket R 127.0.0.1:33816 127.0.0.1:8080 cookie=0x1269
set S snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms    C state SYN_SENT ESTABLISHED    owned file-live  in old[100] connect(5)
0ms    S state SYN_RECV ESTABLISHED    no-socket
set C sent=10 acked bytes_sent=10
set S came=10 acks read
100ms  C state ESTABLISHED CLOSE       owned repair file-dead shut-rcv shut-snd  in old[100] close(5)
100ms  C destroy                       owned repair dead shut-rcv shut-snd  in old[100] close(5)
100ms  C call ESTABLISHED              took=10us ret=0  in old[100] close(5)
set R sent=10 acked
900ms  R state SYN_SENT ESTABLISHED    owned repair file-live  in new[300] connect(5)
1000ms R state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in new[300] close(5)
1000ms R call ESTABLISHED              took=10us ret=0  in new[300] close(5)
1000ms S state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
set S acks read
1001ms R state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
1001ms R state FIN_WAIT2 CLOSE         dead no-socket shut-rcv shut-snd
1002ms S state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in server[200] close(7)
1002ms R late FIN,ACK                  seq=5000 ack=1011 substate=TIME_WAIT
1002ms S state LAST_ACK CLOSE          segment sent=1 acked  dead done owned no-socket shut-rcv shut-snd  in server[200] close(7)
1002ms S destroy                       dead done owned shut-rcv shut-snd  in server[200] close(7)
1002ms S call CLOSE_WAIT               took=10us ret=0  in server[200] close(7)

expect C ending=aborted reason=repair opened=connect
expect R ending=four-way opened=- age=- twin.pid=200 twin.cookie=4712
expect S ending=four-way twin.pid=300 twin.cookie=4713
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
100     old      127.0.0.1:33816       -> 127.0.0.1:8080        aborted     0.00
300     new      127.0.0.1:33816       -> 127.0.0.1:8080        four-way    2.00
200     server   127.0.0.1:8080        <- 127.0.0.1:33816       four-way    2.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.100000000Z","family":4,"netns":4026531840,"cookie":"0x1267","local_addr":"127.0.0.1","local_port":33816,"peer_addr":"127.0.0.1","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":100000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"aborted","class":"aborted","reason":"repair","trigger":{"call":"close","how":null,"fd":5,"pid":100,"tid":100,"comm":"old","process":"old","ret":0,"uid":0,"call_ns":10000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":100,"tid":100,"comm":"old","process":"old","ret":0,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":10,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":null,"comm":null,"process":null,"cookie":"0x1268"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:33.000000000Z","time":"2026-11-22T08:12:33.002000000Z","family":4,"netns":4026531840,"cookie":"0x1269","local_addr":"127.0.0.1","local_port":33816,"peer_addr":"127.0.0.1","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":null,"age_ns":null,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":300,"tid":300,"comm":"new","process":"new","ret":0,"uid":0,"call_ns":10000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":300,"tid":300,"comm":"new","process":"new","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1010,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":1000000,"seq":null,"ack":1011,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":2000000,"seq":5000,"ack":1011,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":2000000,"seq":1011,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":1000000,"peer_hold":1000000,"app_hold":null,"last_ack_wait":null,"total":2000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":200,"comm":"server","process":"server","cookie":"0x1268"},"self":false,"middlebox":null,"partial":false,"missing":["age_ns: opened before tracing began, or an event was lost"]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:33.000000000Z","time":"2026-11-22T08:12:33.002000000Z","family":4,"netns":4026531840,"cookie":"0x1268","local_addr":"127.0.0.1","local_port":8080,"peer_addr":"127.0.0.1","peer_port":33816,"iss":4999,"irs":999,"v4_mapped":false,"opened":"accept","age_ns":1002000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":0,"uid":0,"call_ns":10000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":0,"at_ns":2000000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":1010,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":5000,"ack":1011,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":2000000,"seq":5000,"ack":1011,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":5001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":2000000,"last_ack_wait":0,"total":2000000},"cut":null,"blame":"local-app","bytes":{"sent":0,"received":10,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":300,"comm":"new","process":"new","cookie":"0x1269"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.002000000Z","seen":3,"told":3,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":16,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          127.0.0.1:33816 127.0.0.1:8080 SYN_SENT -> ESTABLISHED in old[100] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x1267
08:12:32.000000 state          127.0.0.1:8080 127.0.0.1:33816 SYN_RECV -> ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x1268
08:12:32.100000 state          127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED -> CLOSE in old[100] close(5, 0) snd_una=1010 snd_nxt=1010 write_seq=1010 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,repair netns=4026531840 cookie=0x1267
08:12:32.100000 destroy        127.0.0.1:33816 127.0.0.1:8080 CLOSE in old[100] close(5, 0) snd_una=1010 snd_nxt=1010 write_seq=1010 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd,repair netns=4026531840 cookie=0x1267
08:12:32.100000 call           127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED in old[100] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x1267
08:12:32.900000 state          127.0.0.1:33816 127.0.0.1:8080 SYN_SENT -> ESTABLISHED in new[300] connect(5, 0) snd_una=1010 snd_nxt=1010 write_seq=1010 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,repair netns=4026531840 cookie=0x1269
08:12:33.000000 state          127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED -> FIN_WAIT1 in new[300] close(5, 0) snd_una=1010 snd_nxt=1010 write_seq=1010 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x1269
08:12:33.000000 call           127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED in new[300] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x1269
08:12:33.000000 state          127.0.0.1:8080 127.0.0.1:33816 ESTABLISHED -> CLOSE_WAIT snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1011 rcv_wup=1010 copied_seq=1010 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x1268
08:12:33.001000 state          127.0.0.1:33816 127.0.0.1:8080 FIN_WAIT1 -> FIN_WAIT2 snd_una=1011 snd_nxt=1011 write_seq=1011 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x1269
08:12:33.001000 state          127.0.0.1:33816 127.0.0.1:8080 FIN_WAIT2 -> CLOSE snd_una=1011 snd_nxt=1011 write_seq=1011 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x1269
08:12:33.002000 state          127.0.0.1:8080 127.0.0.1:33816 CLOSE_WAIT -> LAST_ACK in server[200] close(7, 0) snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1011 rcv_wup=1011 copied_seq=1011 segs_in=2 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:33.002000 late           127.0.0.1:33816 127.0.0.1:8080 TIME_WAIT flags=17 seq=5000 ack=1011 payload=0 substate=6 netns=4026531840 cookie=0x1269
08:12:33.002000 state          127.0.0.1:8080 127.0.0.1:33816 LAST_ACK -> CLOSE in server[200] close(7, 0) snd_una=5001 snd_nxt=5001 write_seq=5001 rcv_nxt=1011 rcv_wup=1011 copied_seq=1011 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:33.002000 destroy        127.0.0.1:8080 127.0.0.1:33816 CLOSE in server[200] close(7, 0) snd_una=5001 snd_nxt=5001 write_seq=5001 rcv_nxt=1011 rcv_wup=1011 copied_seq=1011 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:33.002000 call           127.0.0.1:8080 127.0.0.1:33816 CLOSE_WAIT in server[200] close(7, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x1268
--- timeline
old[100]                          08:12:32.100                       server[200]
127.0.0.1:33816                                                   127.0.0.1:8080
        ESTABLISHED |                                      | ESTABLISHED
  close(5) old[100] |                                      |
       nothing sent |                                      |
              ended :                                      :
              CLOSE |                                      |
                    :                                      :
                    :                900 ms                :
                    :                                      :
                    |-------- 1 FIN seq +0 ack +0 -------->|
                    |          seq 1010 ack 5000           | CLOSE_WAIT
                    |<- - - -  2 ACK seq +0 ack +1 - - - - |
                    |          seq 5000 ack 1011           |
                    |                2.0 ms                |
                    |                                      | close(7)
                    |                                      | server[200]
                    |<-------- 3 FIN seq +0 ack +1 --------|
                    |          seq 5000 ack 1011           | LAST_ACK
                    |----------- 4 ACK ack +1 ------------>|
                    |               ack 5001               | CLOSE
aborted: closed in TCP_REPAIR mode, which sends nothing (repair).

new[300]                          08:12:33.000                       server[200]
127.0.0.1:33816                                                   127.0.0.1:8080
        ESTABLISHED |                                      | (ESTABLISHED)
  close(5) new[300] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1010 ack 5000           | (CLOSE_WAIT)
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1011               |
                    :                                      :
                    :                1.0 ms                :
                    :                                      :
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1011           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1011 ack 5001           |
four-way, begun by new[300]; the ACK of the FIN took 1.0 ms (2.0 ms in all).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
old[100]         ->  (not-found)      127.0.0.1:8080        aborted         0.00
new[300]         ->  server[200]      127.0.0.1:8080        four-way        2.00
--- who
08:12:32.000 to 08:12:33.002: 3 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
new                                           1    1.00      .         1    1.00
old                                           1    1.00      .         .       .
server                                        1    1.00      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
new                    1   100    .    .    .    .     .    .  100    .    .   .
old                    1   100    .    .    .    .     .    .  100    .    .   .
server                 1   100    .    .    .    .     .    .    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
new                100   .   .   .   .      -      -      -   1.00   1.00   1.00
old                  .   . 100   .   .      -      -      -      -      -      -
server             100   .   .   .   .   2.00   2.00   2.00      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
new              four-way        -                        1  100         .
old              aborted         repair                   1  100         .
server           four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:33.002: 3 closes

ack_wait, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 1.0 ms, p90 1.0 ms, p99 1.0 ms, max 1.0 ms
       1 ms - 2 ms       |###################################|        1 100.0 %

app_hold, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

total, 3 closes
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       0 ns - 1 ns       |#################                  |        1  33.3 %
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
       2 ms - 5 ms       |###################################|        2  66.7 %

age, 2 closes
p50 101 ms, p90 1.0 s, p99 1.0 s, max 1.0 s
     100 ms - 200 ms     |###################################|        1  50.0 %
     200 ms - 500 ms     |                                   |        0   0.0 %
     500 ms - 1 s        |                                   |        0   0.0 %
        1 s - 2 s        |###################################|        1  50.0 %
