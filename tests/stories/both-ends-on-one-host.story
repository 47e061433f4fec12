# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A connection over loopback has two endpoints, and so two stories. Each names the other.
socket C 127.0.0.1:33816 127.0.0.1:8080 cookie=0x1267
socket S 127.0.0.1:8080 127.0.0.1:33816 cookie=0x1268
set S snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms      C state SYN_SENT ESTABLISHED    owned file-live  in client[100] connect(5)
0ms      S state SYN_RECV ESTABLISHED    no-socket
100ms    C state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in client[100] close(5)
100.01ms S state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
100ms    C call ESTABLISHED              took=40us ret=0  in client[100] close(5)
set S acks read
140ms    C state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
140ms    C state FIN_WAIT2 CLOSE         dead no-socket shut-rcv shut-snd
300ms    S state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in server[200] close(7)
300.01ms C late FIN,ACK                  seq=5000 ack=1001 substate=TIME_WAIT
300.02ms S state LAST_ACK CLOSE          segment sent=1 acked  dead done owned no-socket shut-rcv shut-snd  in server[200] close(7)
300.02ms S destroy                       dead done owned shut-rcv shut-snd  in server[200] close(7)
300ms    S call CLOSE_WAIT               took=50us ret=0  in server[200] close(7)

expect C ending=four-way initiator=local trigger=close pid=100 fd=5 blame=peer-app calls=close:fin
expect C twin.pid=200 twin.comm=server twin.cookie=4712 phase.peer_hold=160.01ms
expect S ending=four-way initiator=peer trigger=close pid=200 fd=7 blame=local-app calls=close:fin
expect S twin.pid=100 twin.comm=client twin.cookie=4711 phase.app_hold=199.99ms phase.last_ack_wait=20us
expect-tally seen=2 told=2 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
100     client   127.0.0.1:33816       -> 127.0.0.1:8080        four-way  200.01
200     server   127.0.0.1:8080        <- 127.0.0.1:33816       four-way  200.01
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.300010000Z","family":4,"netns":4026531840,"cookie":"0x1267","local_addr":"127.0.0.1","local_port":33816,"peer_addr":"127.0.0.1","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":300010000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":100,"tid":100,"comm":"client","process":"client","ret":0,"uid":0,"call_ns":40000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":100,"tid":100,"comm":"client","process":"client","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":40000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":200010000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":200010000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":40000000,"peer_hold":160010000,"app_hold":null,"last_ack_wait":null,"total":200010000},"cut":null,"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":200,"comm":"server","process":"server","cookie":"0x1268"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100010000Z","time":"2026-11-22T08:12:32.300020000Z","family":4,"netns":4026531840,"cookie":"0x1268","local_addr":"127.0.0.1","local_port":8080,"peer_addr":"127.0.0.1","peer_port":33816,"iss":4999,"irs":999,"v4_mapped":false,"opened":"accept","age_ns":300020000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":0,"uid":0,"call_ns":50000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":0,"at_ns":199990000,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":5000,"ack":1001,"exact":false},{"wave":3,"flag":"FIN","dir":"sent","at_ns":199990000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"received","at_ns":200010000,"seq":null,"ack":5001,"exact":true}],"states":["ESTABLISHED","CLOSE_WAIT","LAST_ACK","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":199990000,"last_ack_wait":20000,"total":200010000},"cut":null,"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":100,"comm":"client","process":"client","cookie":"0x1267"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.300020000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":12,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          127.0.0.1:33816 127.0.0.1:8080 SYN_SENT -> ESTABLISHED in client[100] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x1267
08:12:32.000000 state          127.0.0.1:8080 127.0.0.1:33816 SYN_RECV -> ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x1268
08:12:32.100000 state          127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED -> FIN_WAIT1 in client[100] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x1267
08:12:32.100010 state          127.0.0.1:8080 127.0.0.1:33816 ESTABLISHED -> CLOSE_WAIT snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1001 rcv_wup=1000 copied_seq=1000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x1268
08:12:32.100000 call           127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED in client[100] close(5, 0) = 0 call_ns=40000 netns=4026531840 cookie=0x1267
08:12:32.140000 state          127.0.0.1:33816 127.0.0.1:8080 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x1267
08:12:32.140000 state          127.0.0.1:33816 127.0.0.1:8080 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x1267
08:12:32.300000 state          127.0.0.1:8080 127.0.0.1:33816 CLOSE_WAIT -> LAST_ACK in server[200] close(7, 0) snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1001 rcv_wup=1001 copied_seq=1001 segs_in=2 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:32.300010 late           127.0.0.1:33816 127.0.0.1:8080 TIME_WAIT flags=17 seq=5000 ack=1001 payload=0 substate=6 netns=4026531840 cookie=0x1267
08:12:32.300020 state          127.0.0.1:8080 127.0.0.1:33816 LAST_ACK -> CLOSE in server[200] close(7, 0) snd_una=5001 snd_nxt=5001 write_seq=5001 rcv_nxt=1001 rcv_wup=1001 copied_seq=1001 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:32.300020 destroy        127.0.0.1:8080 127.0.0.1:33816 CLOSE in server[200] close(7, 0) snd_una=5001 snd_nxt=5001 write_seq=5001 rcv_nxt=1001 rcv_wup=1001 copied_seq=1001 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:32.300000 call           127.0.0.1:8080 127.0.0.1:33816 CLOSE_WAIT in server[200] close(7, 0) = 0 call_ns=50000 netns=4026531840 cookie=0x1268
--- timeline
client[100]                       08:12:32.100                       server[200]
127.0.0.1:33816                                                   127.0.0.1:8080
        ESTABLISHED |                                      | ESTABLISHED
           close(5) |                                      |
        client[100] |                                      |
                    |---- 1 FIN seq +0 ack +0, 10 us ----->|
          FIN_WAIT1 |          seq 1000 ack 5000           | CLOSE_WAIT
                    |                40 ms                 |
                    |<-------- 2 ACK seq +0 ack +1 --------|
 FIN_WAIT2 (orphan) |          seq 5000 ack 1001           |
                    :                                      :
                    :                160 ms                :
                    :                                      :
                    |                                      | close(7)
                    |                                      | server[200]
                    |<---- 3 FIN seq +0 ack +1, 10 us -----|
          TIME_WAIT |          seq 5000 ack 1001           | LAST_ACK
                    |---- 4 ACK seq +1 ack +1, 10 us ----->|
                    |          seq 1001 ack 5001           | CLOSE
four-way, begun by client[100]; server[200] held the connection open for 200 ms
after the FIN of client[100].
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
client[100]      ->  server[200]      127.0.0.1:8080        four-way      200.01
--- who
08:12:32.000 to 08:12:32.300: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
client                                        1    3.33      .         1    3.33
server                                        1    3.33      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
client                 1   100    .    .    .    .     .    .  100    .    .   .
server                 1   100    .    .    .    .     .    .    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
client             100   .   .   .   .      -      -      - 160.01 160.01 160.01
server             100   .   .   .   . 199.99 199.99 199.99      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
client           four-way        -                        1  100         .
server           four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.300: 2 closes

ack_wait, 1 close
p50 40 ms, p90 40 ms, p99 40 ms, max 40 ms
      20 ms - 50 ms      |###################################|        1 100.0 %

peer_hold, 1 close
p50 160 ms, p90 160 ms, p99 160 ms, max 160 ms
     100 ms - 200 ms     |###################################|        1 100.0 %

app_hold, 1 close
p50 200 ms, p90 200 ms, p99 200 ms, max 200 ms
     100 ms - 200 ms     |###################################|        1 100.0 %

last_ack_wait, 1 close
p50 20 us, p90 20 us, p99 20 us, max 20 us
      20 us - 50 us      |###################################|        1 100.0 %

total, 2 closes
p50 200 ms, p90 200 ms, p99 200 ms, max 200 ms
     200 ms - 500 ms     |###################################|        2 100.0 %

age, 2 closes
p50 300 ms, p90 300 ms, p99 300 ms, max 300 ms
     200 ms - 500 ms     |###################################|        2 100.0 %
