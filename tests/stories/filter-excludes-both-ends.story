# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Neither end matches: nothing is drawn.
options -c other
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

untold C
untold S
expect-tally seen=2 told=0 filtered=2 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.300020000Z","seen":2,"told":0,"filtered":2,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":12,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
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
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
--- who
08:12:32.000 to 08:12:32.300: 0 closes
--- hist
08:12:32.000 to 08:12:32.300: 0 closes
