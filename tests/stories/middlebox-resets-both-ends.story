# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A RST comes to both ends, and neither has sent one.
socket C 10.0.0.1:33816 10.0.0.9:8080 cookie=0x1267
socket S 10.0.0.9:8080 10.0.0.1:33816 cookie=0x1268
set S snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms   C state SYN_SENT ESTABLISHED    owned file-live  in client[100] connect(5)
0ms   S state SYN_RECV ESTABLISHED    no-socket
100ms S reset-received ESTABLISHED    file-live
100ms S state ESTABLISHED CLOSE       sk_err=104  file-live
100ms S destroy                       dead owned shut-rcv shut-snd  in server[200] close(7)
100ms S call CLOSE                    took=10us ret=0  in server[200] close(7)
900ms C reset-received ESTABLISHED    file-live
900ms C state ESTABLISHED CLOSE       sk_err=104  file-live
900ms C destroy                       dead owned shut-rcv shut-snd  in client[100] close(5)
900ms C call CLOSE                    took=10us ret=0  in client[100] close(5)

expect S ending=reset-received initiator=peer reason=established middlebox=yes twin.cookie=4711
expect C ending=reset-received initiator=peer reason=established middlebox=yes twin.cookie=4712
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
200     server   10.0.0.9:8080         <- 10.0.0.1:33816        reset       0.00
100     client   10.0.0.1:33816        <- 10.0.0.9:8080         reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.100000000Z","family":4,"netns":4026531840,"cookie":"0x1268","local_addr":"10.0.0.9","local_port":8080,"peer_addr":"10.0.0.1","peer_port":33816,"iss":4999,"irs":999,"v4_mapped":false,"opened":"accept","age_ns":100000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":200,"tid":200,"comm":"server","process":"server","ret":0,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":100,"comm":"client","process":"client","cookie":"0x1267"},"self":false,"middlebox":true,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.900000000Z","time":"2026-11-22T08:12:32.900000000Z","family":4,"netns":4026531840,"cookie":"0x1267","local_addr":"10.0.0.1","local_port":33816,"peer_addr":"10.0.0.9","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":900000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":100,"tid":100,"comm":"client","process":"client","ret":0,"at_ns":0,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":200,"comm":"server","process":"server","cookie":"0x1268"},"self":false,"middlebox":true,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.900000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":10,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:33816 10.0.0.9:8080 SYN_SENT -> ESTABLISHED in client[100] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x1267
08:12:32.000000 state          10.0.0.9:8080 10.0.0.1:33816 SYN_RECV -> ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x1268
08:12:32.100000 reset-received 10.0.0.9:8080 10.0.0.1:33816 ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x1268
08:12:32.100000 state          10.0.0.9:8080 10.0.0.1:33816 ESTABLISHED -> CLOSE snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x1268
08:12:32.100000 destroy        10.0.0.9:8080 10.0.0.1:33816 CLOSE in server[200] close(7, 0) snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x1268
08:12:32.100000 call           10.0.0.9:8080 10.0.0.1:33816 CLOSE in server[200] close(7, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x1268
08:12:32.900000 reset-received 10.0.0.1:33816 10.0.0.9:8080 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x1267
08:12:32.900000 state          10.0.0.1:33816 10.0.0.9:8080 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x1267
08:12:32.900000 destroy        10.0.0.1:33816 10.0.0.9:8080 CLOSE in client[100] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x1267
08:12:32.900000 call           10.0.0.1:33816 10.0.0.9:8080 CLOSE in client[100] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x1267
--- timeline
client[100]                       08:12:32.900                       server[200]
10.0.0.1:33816                                                     10.0.0.9:8080
        ESTABLISHED |                                      | ESTABLISHED
                    |                                      | close(7)
                    |                                      | server[200]
                    |                                      | nothing sent
                    |                   *------ RST ------>|
                    |                                      | CLOSE
                    :                                      :
                    :                800 ms                :
                    :                                      :
           close(5) |                                      |
        client[100] |                                      |
       nothing sent |                                      |
                    |<------ RST ------*                   |
              CLOSE |                                      |
reset-received: a RST that neither end had sent arrived at each end while the
connection was open: something between the two ends ended the connection
(established).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
client[100]      **  server[200]      10.0.0.9:8080         reset           0.00
--- who
08:12:32.000 to 08:12:32.900: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
client                                        1    1.11      .         .       .
server                                        1    1.11      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
client                 1     .    .    .    .    .     .  100    .  100    .   .
server                 1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
client               .   .   .   . 100      -      -      -      -      -      -
server               .   .   .   . 100      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
client           reset-received  established              1  100         .
server           reset-received  established              1  100         .
--- hist
08:12:32.000 to 08:12:32.900: 2 closes

total, 2 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        2 100.0 %

age, 2 closes
p50 101 ms, p90 900 ms, p99 900 ms, max 900 ms
     100 ms - 200 ms     |###################################|        1  50.0 %
     200 ms - 500 ms     |                                   |        0   0.0 %
     500 ms - 1 s        |###################################|        1  50.0 %
