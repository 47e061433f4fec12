# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The other end sent the RST: its program had set SO_LINGER to zero. Its kernel reports the RST after it has sent it.
socket C 127.0.0.1:33816 127.0.0.1:8080 cookie=0x1267
socket S 127.0.0.1:8080 127.0.0.1:33816 cookie=0x1268
set S snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000

0ms   C state SYN_SENT ESTABLISHED    owned file-live  in client[100] connect(5)
0ms   S state SYN_RECV ESTABLISHED    no-socket
60s   S reset-received ESTABLISHED    dead no-socket
60s   S state ESTABLISHED CLOSE       sk_err=104  dead no-socket
60s   C reset-sent ESTABLISHED        reason=KEEPALIVE_TIMEOUT  file-live
60s   C state ESTABLISHED CLOSE       sk_err=110  file-live keepalive
61s   C destroy                       dead owned shut-rcv shut-snd  in client[100] close(5)
61s   C call CLOSE                    took=10us ret=0  in client[100] close(5)

expect S ending=reset-received middlebox=no
expect C ending=reset-sent reason=keepalive middlebox=-
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
100     client   127.0.0.1:33816       -> 127.0.0.1:8080        reset       0.00
-       -        127.0.0.1:8080        <- 127.0.0.1:33816       reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:13:32.000000000Z","time":"2026-11-22T08:13:32.000000000Z","family":4,"netns":4026531840,"cookie":"0x1267","local_addr":"127.0.0.1","local_port":33816,"peer_addr":"127.0.0.1","peer_port":8080,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":60000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"keepalive","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":100,"tid":100,"comm":"client","process":"client","ret":0,"at_ns":1000000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":null,"comm":null,"process":null,"cookie":"0x1268"},"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:13:32.000000000Z","time":"2026-11-22T08:13:32.000000000Z","family":4,"netns":4026531840,"cookie":"0x1268","local_addr":"127.0.0.1","local_port":8080,"peer_addr":"127.0.0.1","peer_port":33816,"iss":4999,"irs":999,"v4_mapped":false,"opened":"accept","age_ns":60000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":{"pid":100,"comm":"client","process":"client","cookie":"0x1267"},"self":false,"middlebox":false,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:13:33.000000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":8,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          127.0.0.1:33816 127.0.0.1:8080 SYN_SENT -> ESTABLISHED in client[100] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x1267
08:12:32.000000 state          127.0.0.1:8080 127.0.0.1:33816 SYN_RECV -> ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x1268
08:13:32.000000 reset-received 127.0.0.1:8080 127.0.0.1:33816 ESTABLISHED snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=0 dead,no-socket netns=4026531840 cookie=0x1268
08:13:32.000000 state          127.0.0.1:8080 127.0.0.1:33816 ESTABLISHED -> CLOSE snd_una=5000 snd_nxt=5000 write_seq=5000 rcv_nxt=1000 rcv_wup=1000 copied_seq=1000 segs_in=1 snd_wnd=65535 err=104 dead,no-socket netns=4026531840 cookie=0x1268
08:13:32.000000 reset-sent     127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=6 unasked file-live netns=4026531840 cookie=0x1267
08:13:32.000000 state          127.0.0.1:33816 127.0.0.1:8080 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=110 file-live,keepalive netns=4026531840 cookie=0x1267
08:13:33.000000 destroy        127.0.0.1:33816 127.0.0.1:8080 CLOSE in client[100] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x1267
08:13:33.000000 call           127.0.0.1:33816 127.0.0.1:8080 CLOSE in client[100] close(5, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x1267
--- timeline
client[100]                       08:13:32.000                                 -
127.0.0.1:33816                                                   127.0.0.1:8080
        ESTABLISHED |                                      | ESTABLISHED
                    |------------- RST, 0 ns ------------->|
              CLOSE |                                      | CLOSE
                    :                                      :
                    :                1.0 s                 :
                    :                                      :
           close(5) |                                      |
        client[100] |                                      |
       nothing sent |                                      |
reset-sent: client[100] got no answer to keepalives, so the kernel sent a RST
(keepalive).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
client[100]      ->  -                127.0.0.1:8080        reset           0.00
--- who
08:12:32.000 to 08:13:33.000: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
-                                             1    0.02      .         .       .
client                                        1    0.02      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
-                      1     .    .    .    .    .     .  100    .  100    .   .
client                 1     .    .    .    .    .     .  100  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
-                    .   .   .   . 100      -      -      -      -      -      -
client               .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
-                reset-received  established              1  100         .
client           reset-sent      keepalive                1  100         .
--- hist
08:12:32.000 to 08:13:33.000: 2 closes

total, 2 closes
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        2 100.0 %

age, 2 closes
p50 1 min, p90 1 min, p99 1 min, max 1 min
       50 s - 1 min 40 s |###################################|        2 100.0 %
