# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each of forty children closes its copy of the descriptor; then the parent's close() sends the FIN. The calls without
# effect find no room, not this one.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms  A state SYN_SENT ESTABLISHED    owned file-live  in guacd[4021] connect(5)
10ms A call ESTABLISHED             took=5us ret=0  in guacd[5000] close(5)
11ms A call ESTABLISHED             took=5us ret=0  in guacd[5001] close(5)
12ms A call ESTABLISHED             took=5us ret=0  in guacd[5002] close(5)
13ms A call ESTABLISHED             took=5us ret=0  in guacd[5003] close(5)
14ms A call ESTABLISHED             took=5us ret=0  in guacd[5004] close(5)
15ms A call ESTABLISHED             took=5us ret=0  in guacd[5005] close(5)
16ms A call ESTABLISHED             took=5us ret=0  in guacd[5006] close(5)
17ms A call ESTABLISHED             took=5us ret=0  in guacd[5007] close(5)
18ms A call ESTABLISHED             took=5us ret=0  in guacd[5008] close(5)
19ms A call ESTABLISHED             took=5us ret=0  in guacd[5009] close(5)
20ms A call ESTABLISHED             took=5us ret=0  in guacd[5010] close(5)
21ms A call ESTABLISHED             took=5us ret=0  in guacd[5011] close(5)
22ms A call ESTABLISHED             took=5us ret=0  in guacd[5012] close(5)
23ms A call ESTABLISHED             took=5us ret=0  in guacd[5013] close(5)
24ms A call ESTABLISHED             took=5us ret=0  in guacd[5014] close(5)
25ms A call ESTABLISHED             took=5us ret=0  in guacd[5015] close(5)
26ms A call ESTABLISHED             took=5us ret=0  in guacd[5016] close(5)
27ms A call ESTABLISHED             took=5us ret=0  in guacd[5017] close(5)
28ms A call ESTABLISHED             took=5us ret=0  in guacd[5018] close(5)
29ms A call ESTABLISHED             took=5us ret=0  in guacd[5019] close(5)
30ms A call ESTABLISHED             took=5us ret=0  in guacd[5020] close(5)
31ms A call ESTABLISHED             took=5us ret=0  in guacd[5021] close(5)
32ms A call ESTABLISHED             took=5us ret=0  in guacd[5022] close(5)
33ms A call ESTABLISHED             took=5us ret=0  in guacd[5023] close(5)
34ms A call ESTABLISHED             took=5us ret=0  in guacd[5024] close(5)
35ms A call ESTABLISHED             took=5us ret=0  in guacd[5025] close(5)
36ms A call ESTABLISHED             took=5us ret=0  in guacd[5026] close(5)
37ms A call ESTABLISHED             took=5us ret=0  in guacd[5027] close(5)
38ms A call ESTABLISHED             took=5us ret=0  in guacd[5028] close(5)
39ms A call ESTABLISHED             took=5us ret=0  in guacd[5029] close(5)
40ms A call ESTABLISHED             took=5us ret=0  in guacd[5030] close(5)
41ms A call ESTABLISHED             took=5us ret=0  in guacd[5031] close(5)
42ms A call ESTABLISHED             took=5us ret=0  in guacd[5032] close(5)
43ms A call ESTABLISHED             took=5us ret=0  in guacd[5033] close(5)
44ms A call ESTABLISHED             took=5us ret=0  in guacd[5034] close(5)
45ms A call ESTABLISHED             took=5us ret=0  in guacd[5035] close(5)
46ms A call ESTABLISHED             took=5us ret=0  in guacd[5036] close(5)
47ms A call ESTABLISHED             took=5us ret=0  in guacd[5037] close(5)
48ms A call ESTABLISHED             took=5us ret=0  in guacd[5038] close(5)
49ms A call ESTABLISHED             took=5us ret=0  in guacd[5039] close(5)
100ms A state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in guacd[4021] close(5)
100ms A call ESTABLISHED             took=30us ret=0  in guacd[4021] close(5)
102ms A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
102ms A state FIN_WAIT2 CLOSE        segment came=1 acks  dead done no-socket shut-rcv shut-snd

expect A ending=four-way trigger=close pid=4021 fd=5 ret=0 calls_omitted=9 missing=calls
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    guacd    10.0.0.1:51544        -> 10.0.0.9:80           four-way    2.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.102000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":102000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"four-way","class":"clean","reason":null,"trigger":{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"guacd","process":"guacd","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":5,"pid":5000,"tid":5000,"comm":"guacd","process":"guacd","ret":0,"at_ns":-90000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5001,"tid":5001,"comm":"guacd","process":"guacd","ret":0,"at_ns":-89000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5002,"tid":5002,"comm":"guacd","process":"guacd","ret":0,"at_ns":-88000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5003,"tid":5003,"comm":"guacd","process":"guacd","ret":0,"at_ns":-87000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5004,"tid":5004,"comm":"guacd","process":"guacd","ret":0,"at_ns":-86000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5005,"tid":5005,"comm":"guacd","process":"guacd","ret":0,"at_ns":-85000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5006,"tid":5006,"comm":"guacd","process":"guacd","ret":0,"at_ns":-84000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5007,"tid":5007,"comm":"guacd","process":"guacd","ret":0,"at_ns":-83000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5008,"tid":5008,"comm":"guacd","process":"guacd","ret":0,"at_ns":-82000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5009,"tid":5009,"comm":"guacd","process":"guacd","ret":0,"at_ns":-81000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5010,"tid":5010,"comm":"guacd","process":"guacd","ret":0,"at_ns":-80000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5011,"tid":5011,"comm":"guacd","process":"guacd","ret":0,"at_ns":-79000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5012,"tid":5012,"comm":"guacd","process":"guacd","ret":0,"at_ns":-78000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5013,"tid":5013,"comm":"guacd","process":"guacd","ret":0,"at_ns":-77000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5014,"tid":5014,"comm":"guacd","process":"guacd","ret":0,"at_ns":-76000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5015,"tid":5015,"comm":"guacd","process":"guacd","ret":0,"at_ns":-75000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5025,"tid":5025,"comm":"guacd","process":"guacd","ret":0,"at_ns":-65000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5026,"tid":5026,"comm":"guacd","process":"guacd","ret":0,"at_ns":-64000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5027,"tid":5027,"comm":"guacd","process":"guacd","ret":0,"at_ns":-63000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5028,"tid":5028,"comm":"guacd","process":"guacd","ret":0,"at_ns":-62000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5029,"tid":5029,"comm":"guacd","process":"guacd","ret":0,"at_ns":-61000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5030,"tid":5030,"comm":"guacd","process":"guacd","ret":0,"at_ns":-60000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5031,"tid":5031,"comm":"guacd","process":"guacd","ret":0,"at_ns":-59000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5032,"tid":5032,"comm":"guacd","process":"guacd","ret":0,"at_ns":-58000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5033,"tid":5033,"comm":"guacd","process":"guacd","ret":0,"at_ns":-57000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5034,"tid":5034,"comm":"guacd","process":"guacd","ret":0,"at_ns":-56000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5035,"tid":5035,"comm":"guacd","process":"guacd","ret":0,"at_ns":-55000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5036,"tid":5036,"comm":"guacd","process":"guacd","ret":0,"at_ns":-54000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5037,"tid":5037,"comm":"guacd","process":"guacd","ret":0,"at_ns":-53000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5038,"tid":5038,"comm":"guacd","process":"guacd","ret":0,"at_ns":-52000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":5039,"tid":5039,"comm":"guacd","process":"guacd","ret":0,"at_ns":-51000000,"effect":"none"},{"call":"close","how":null,"fd":5,"pid":4021,"tid":4021,"comm":"guacd","process":"guacd","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":9,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true},{"wave":3,"flag":"FIN","dir":"received","at_ns":2000000,"seq":5000,"ack":1001,"exact":true},{"wave":4,"flag":"ACK","dir":"sent","at_ns":2000000,"seq":1001,"ack":5001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","TIME_WAIT"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":0,"app_hold":null,"last_ack_wait":null,"total":2000000},"cut":null,"blame":"network","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":["calls: more were made than are kept"]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.102000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":45,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in guacd[4021] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5000] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.011000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5001] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.012000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5002] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.013000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5003] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.014000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5004] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.015000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5005] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.016000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5006] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.017000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5007] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.018000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5008] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.019000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5009] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.020000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5010] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.021000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5011] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.022000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5012] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.023000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5013] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.024000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5014] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.025000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5015] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.026000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5016] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.027000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5017] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.028000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5018] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.029000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5019] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.030000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5020] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.031000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5021] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.032000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5022] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.033000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5023] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.034000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5024] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.035000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5025] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.036000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5026] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.037000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5027] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.038000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5028] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.039000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5029] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.040000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5030] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.041000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5031] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.042000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5032] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.043000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5033] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.044000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5034] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.045000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5035] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.046000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5036] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.047000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5037] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.048000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5038] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.049000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[5039] close(5, 0) = 0 call_ns=5000 netns=4026531840 cookie=0x11
08:12:32.100000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in guacd[4021] close(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.100000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in guacd[4021] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.102000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.102000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=3 snd_wnd=65535 err=0 dead,done,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
--- timeline
guacd[4021]                       08:12:32.100                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
           close(5) |                                      |
        guacd[5000] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5001] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5002] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5003] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5004] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5005] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5006] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5007] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5008] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5009] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5010] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5011] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5012] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5013] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5014] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5015] |                                      |
       nothing sent |                                      |
                    |                10 ms                 |
           close(5) |                                      |
        guacd[5025] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5026] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5027] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5028] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5029] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5030] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5031] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5032] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5033] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5034] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5035] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5036] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5037] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5038] |                                      |
       nothing sent |                                      |
                    |                1.0 ms                |
           close(5) |                                      |
        guacd[5039] |                                      |
       nothing sent |                                      |
                    :                                      :
                    :                51 ms                 :
                    :                                      :
           close(5) |                                      |
        guacd[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    |<-------- 3 FIN seq +0 ack +1 --------|
          TIME_WAIT |          seq 5000 ack 1001           | (LAST_ACK)
                    |-------- 4 ACK seq +1 ack +1 -------->|
                    |          seq 1001 ack 5001           |
four-way, begun by guacd[4021]; the ACK of the FIN took 2.0 ms.
Not seen: calls: more were made than are kept
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
guacd[4021]      ->  (not-found)      10.0.0.9:80           four-way        2.00
--- who
08:12:32.000 to 08:12:32.102: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
guacd                                         1    9.80      .         1    9.80

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
guacd                  1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
guacd              100   .   .   .   .      -      -      -   0.00   0.00   0.00

COMM             ENDING          REASON               COUNT    % LOST-DATA
guacd            four-way        -                        1  100         .
--- hist
08:12:32.000 to 08:12:32.102: 1 close

ack_wait, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

total, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

age, 1 close
p50 102 ms, p90 102 ms, p99 102 ms, max 102 ms
     100 ms - 200 ms     |###################################|        1 100.0 %
