# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# -p and -c must hold for one and the same process.
options -p 4021 -c nginx
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:443 10.0.0.9:51544
socket C [2001:db8::1]:51544 [2001:db8::9]:80 netns=7

0ms  A state SYN_SENT ESTABLISHED    owned file-live  in curl[4021] connect(5)
0ms  B state SYN_RECV ESTABLISHED    no-socket
0ms  C state SYN_SENT ESTABLISHED    owned file-live  in wget[4022] connect(3)
10ms A state ESTABLISHED FIN_WAIT1   owned file-dead shut-rcv shut-snd  in curl[4021] close(5) uid=1000
10ms A call ESTABLISHED              took=30us ret=0  in curl[4021] close(5) uid=1000
12ms A state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  dead no-socket shut-rcv shut-snd
20ms B state ESTABLISHED CLOSE_WAIT  segment came=1  done file-live shut-rcv
set B acks read
21ms B state CLOSE_WAIT LAST_ACK     done owned file-dead shut-rcv shut-snd  in nginx[812] close(11) uid=33
21ms B call CLOSE_WAIT               took=30us ret=0  in nginx[812] close(11) uid=33
22ms B state LAST_ACK CLOSE          segment sent=1 acked  dead done owned no-socket shut-rcv shut-snd  in curl[4021] close(9) uid=1000
30ms C reset-received ESTABLISHED    segment  file-live
30ms C state ESTABLISHED CLOSE       sk_err=104  file-live
62ms A state FIN_WAIT2 CLOSE         segment came=1 acks  dead done no-socket shut-rcv shut-snd
tick 1s
untold A
untold B
untold C
expect-tally seen=3 told=0 filtered=3 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":3,"told":0,"filtered":3,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":13,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in curl[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.000000 state          [2001:db8::1]:51544 [2001:db8::9]:80 SYN_SENT -> ESTABLISHED in wget[4022] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=7 cookie=0x13
08:12:32.010000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in curl[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in curl[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.020000 state          10.0.0.1:443 10.0.0.9:51544 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x12
08:12:32.021000 state          10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT -> LAST_ACK in nginx[812] close(11, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5001 segs_in=2 snd_wnd=65535 err=0 done,owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.021000 call           10.0.0.1:443 10.0.0.9:51544 CLOSE_WAIT in nginx[812] close(11, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x12
08:12:32.022000 state          10.0.0.1:443 10.0.0.9:51544 LAST_ACK -> CLOSE in curl[4021] close(9, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5001 segs_in=3 snd_wnd=65535 err=0 dead,done,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x12
08:12:32.030000 reset-received [2001:db8::1]:51544 [2001:db8::9]:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=7 cookie=0x13
08:12:32.030000 state          [2001:db8::1]:51544 [2001:db8::9]:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=7 cookie=0x13
08:12:32.062000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
--- who
08:12:32.000 to 08:12:33.000: 0 closes
--- hist
08:12:32.000 to 08:12:33.000: 0 closes
