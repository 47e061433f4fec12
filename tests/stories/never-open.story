# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A refused connect: no connection was there to end. Not told unless --all asks for it.
socket A 10.0.0.1:51544 10.0.0.9:81

0ms A reset-received SYN_SENT  segment  file-live
0ms A state SYN_SENT CLOSE     sk_err=111  file-live

untold A
expect-tally seen=1 told=0 filtered=1 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.000000000Z","seen":1,"told":0,"filtered":1,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":2,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 reset-received 10.0.0.1:51544 10.0.0.9:81 SYN_SENT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:81 SYN_SENT -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=111 file-live netns=4026531840 cookie=0x11
--- timeline
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
--- who
08:12:32.000 to 08:12:32.000: 0 closes
--- hist
08:12:32.000 to 08:12:32.000: 0 closes
