# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The run ends first. A close that had begun is told as open; a connection that nobody closes is only counted.
socket A 10.0.0.1:51544 10.0.0.9:80
socket B 10.0.0.1:51546 10.0.0.9:80
socket C 10.0.0.1:51548 10.0.0.9:80

0ms   A state SYN_SENT ESTABLISHED   owned file-live  in nc[77] connect(3)
0ms   B state SYN_SENT ESTABLISHED   owned file-live  in nc[78] connect(3)
0ms   C state SYN_SENT ESTABLISHED   owned file-live  in nc[79] connect(3)
100ms A state ESTABLISHED FIN_WAIT1  owned file-live shut-snd  in nc[77] shutdown(3,1)
100ms A call ESTABLISHED             took=30us ret=0  in nc[77] shutdown(3,1)
103ms A state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  file-live shut-snd
200ms C state ESTABLISHED FIN_WAIT1  owned file-dead shut-rcv shut-snd  in nc[79] close(3)
200ms C call ESTABLISHED             took=30us ret=0  in nc[79] close(3)
203ms C state FIN_WAIT1 FIN_WAIT2    segment sent=1 acked  dead no-socket shut-rcv shut-snd
203ms C state FIN_WAIT2 CLOSE        dead no-socket shut-rcv shut-snd fin_timeout=60s
end 5s

expect A ending=open class=open initiator=local reason=- trigger=shutdown how=SHUT_WR waves=FIN>,ACK<
expect A states=ESTABLISHED,FIN_WAIT1,FIN_WAIT2 phase.ack_wait=3ms phase.peer_hold=- settled=5s partial=no
expect C ending=open class=open initiator=local trigger=close waves=FIN>,ACK<
expect C states=ESTABLISHED,FIN_WAIT1,FIN_WAIT2
untold B
expect-tally seen=3 told=2 filtered=0 open=1 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
79      nc       10.0.0.1:51548        -> 10.0.0.9:80           open      4800.0
77      nc       10.0.0.1:51544        -> 10.0.0.9:80           open      4900.0
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.200000000Z","time":"2026-11-22T08:12:37.000000000Z","family":4,"netns":4026531840,"cookie":"0x13","local_addr":"10.0.0.1","local_port":51548,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":5000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"open","class":"open","reason":null,"trigger":{"call":"close","how":null,"fd":3,"pid":79,"tid":79,"comm":"nc","process":"nc","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":3,"pid":79,"tid":79,"comm":"nc","process":"nc","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":4800000000},"cut":{"phase":"peer_hold","ns":4797000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:37.000000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":5000000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"open","class":"open","reason":null,"trigger":{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"at_ns":0,"effect":"fin"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":3000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2"],"phase_ns":{"fin_queued":null,"ack_wait":3000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":4900000000},"cut":{"phase":"peer_hold","ns":4897000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:37.000000000Z","seen":3,"told":2,"filtered":0,"open":1,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":10,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in nc[77] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.000000 state          10.0.0.1:51546 10.0.0.9:80 SYN_SENT -> ESTABLISHED in nc[78] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:32.000000 state          10.0.0.1:51548 10.0.0.9:80 SYN_SENT -> ESTABLISHED in nc[79] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x13
08:12:32.100000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in nc[77] shutdown(3, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.100000 call           10.0.0.1:51544 10.0.0.9:80 ESTABLISHED in nc[77] shutdown(3, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.103000 state          10.0.0.1:51544 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.200000 state          10.0.0.1:51548 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in nc[79] close(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.200000 call           10.0.0.1:51548 10.0.0.9:80 ESTABLISHED in nc[79] close(3, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x13
08:12:32.203000 state          10.0.0.1:51548 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x13
08:12:32.203000 state          10.0.0.1:51548 10.0.0.9:80 FIN_WAIT2 -> CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x13
--- timeline
nc[79]                            08:12:32.200                              peer
10.0.0.1:51548                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
    close(3) nc[79] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
 FIN_WAIT2 (orphan) |               ack 1001               |
                    :                                      :
                    :                4.8 s                 :
                    :                                      :
         still open :                                      :
open: it was not over when the run ended; the peer's application held the
connection open for 4.8 s after our FIN, until the run ended.

nc[77]                            08:12:32.100                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(3, WR) |                                      |
             nc[77] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                3.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                4.9 s                 :
                    :                                      :
         still open :                                      :
open: it was not over when the run ended; the peer's application held the
connection open for 4.9 s after our FIN, until the run ended.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
nc[79]           ->  (not-found)      10.0.0.9:80           open          4800.0
nc[77]           ->  (not-found)      10.0.0.9:80           open          4900.0
--- who
08:12:32.000 to 08:12:37.000: 0 closes, 2 open
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
nc                                            .       .      2         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
nc                     .     .    .    .    .    .     .    .    .    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
nc                   .   .   .   .   .      -      -      -  >4797  >4897  >4897

COMM             ENDING          REASON               COUNT    % LOST-DATA
nc               open            -                        2    -         .
--- hist
08:12:32.000 to 08:12:37.000: 0 closes, 2 open

ack_wait, 2 closes
p50 3.0 ms, p90 3.0 ms, p99 3.0 ms, max 3.0 ms
       2 ms - 5 ms       |###################################|        2 100.0 %

peer_hold, 2 closes, 2 cut
p50 >4.8 s, p90 >4.9 s, p99 >4.9 s, max >4.9 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        2 100.0 %

total, 2 closes, 2 cut
p50 >4.8 s, p90 >4.9 s, p99 >4.9 s, max >4.9 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        2 100.0 %

age, 2 closes, 2 cut
p50 >5.0 s, p90 >5.0 s, p99 >5.0 s, max >5.0 s
        5 s - 10 s       |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        2 100.0 %
