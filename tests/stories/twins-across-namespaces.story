# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The two ends of a veth: their names differ as NAT would have it, their numbers do not. A third socket has the
# names of the second and is a stranger.
socket C 10.9.0.1:33816 10.9.0.254:8080 cookie=0x1267 netns=1
socket S 10.8.0.2:80 10.8.0.254:33816 cookie=0x1268 netns=2
socket X 10.9.0.254:8080 10.9.0.1:33816 cookie=0x1269 netns=3
set S snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000
set X snd_una=7000 snd_nxt=7000 write_seq=7000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms      X state SYN_RECV ESTABLISHED    no-socket
0ms      C state SYN_SENT ESTABLISHED    owned file-live  in client[100] connect(5)
0ms      S state SYN_RECV ESTABLISHED    no-socket
100ms    S state ESTABLISHED CLOSE       owned file-dead shut-rcv shut-snd linger linger-zero  in server[200] close(7)
100ms    S reset-sent CLOSE              reason=TCP_STATE  owned file-dead linger linger-zero
100ms    S destroy                       owned dead  in server[200] close(7)
100.01ms C reset-received ESTABLISHED    file-live
100.01ms C state ESTABLISHED CLOSE       sk_err=104  file-live

expect C ending=reset-received twin.pid=200 twin.comm=server twin.cookie=4712
expect S ending=reset-sent twin.cookie=4711 twin.pid=-
untold X
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
-       -        10.9.0.1:33816        <- 10.9.0.254:8080       reset       0.00
200     server   10.8.0.2:80           -> 10.8.0.254:33816      reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100010000Z","time":"2026-11-22T08:12:32.100010000Z","family":4,"netns":1,"cookie":"0x1267","local_addr":"10.9.0.1","local_port":33816,"peer_addr":"10.9.0.254","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":100010000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":200,"comm":"server","process":"server","cookie":"0x1268"},"self":false,"middlebox":false,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.100000000Z","family":4,"netns":2,"cookie":"0x1268","local_addr":"10.8.0.2","local_port":80,"peer_addr":"10.8.0.254","peer_port":33816,"iss":4999,"irs":999,"v4_mapped":false,"opened":"accept","age_ns":100000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"linger-zero","trigger":{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":null,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":null,"comm":null,"process":null,"cookie":"0x1267"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.100010000Z","seen":3,"told":2,"filtered":0,"open":1,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":8,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.9.0.254:8080 10.9.0.1:33816 SYN_RECV -> ESTABLISHED snd_una=7000 snd_nxt=7000 write_seq=7000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=3 cookie=0x1269
08:12:32.000000 state          10.9.0.1:33816 10.9.0.254:8080 SYN_SENT -> ESTABLISHED in client[100] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=1 cookie=0x1267
08:12:32.000000 state          10.8.0.2:80 10.8.0.254:33816 SYN_RECV -> ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=2 cookie=0x1268
08:12:32.100000 state          10.8.0.2:80 10.8.0.254:33816 ESTABLISHED -> CLOSE in server[200] close(7, 0) snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,linger,linger-zero netns=2 cookie=0x1268
08:12:32.100000 reset-sent     10.8.0.2:80 10.8.0.254:33816 CLOSE snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 reason=5 unasked owned,file-dead,linger,linger-zero netns=2 cookie=0x1268
08:12:32.100000 destroy        10.8.0.2:80 10.8.0.254:33816 CLOSE in server[200] close(7, 0) snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 dead,owned netns=2 cookie=0x1268
08:12:32.100010 reset-received 10.9.0.1:33816 10.9.0.254:8080 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 file-live netns=1 cookie=0x1267
08:12:32.100010 state          10.9.0.1:33816 10.9.0.254:8080 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=104 file-live netns=1 cookie=0x1267
--- timeline
server[200]                       08:12:32.100                                 -
10.8.0.2:80                                                     10.8.0.254:33816
        ESTABLISHED |                                      | ESTABLISHED
           close(7) |                                      |
        server[200] |                                      |
                    |------------ RST, 10 us ------------->|
              CLOSE |                                      | CLOSE
reset-sent: server[200] closed with SO_LINGER of zero, which sends a RST
(linger-zero).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
-                <-  server[200]      10.8.0.2:80           reset           0.00
--- who
08:12:32.000 to 08:12:32.100: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    10.0      .         .       .
server                                        1    10.0      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100    .  100    .   .
server                 1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   .   . 100      -      -      -      -      -      -
server               .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-received  established              1  100         .
server           reset-sent      linger-zero              1  100         .
--- hist
08:12:32.000 to 08:12:32.100: 2 closes

total, 2 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        2 100.0 %

age, 2 closes
p50 100 ms, p90 100 ms, p99 100 ms, max 100 ms
     100 ms - 200 ms     |###################################|        2 100.0 %
