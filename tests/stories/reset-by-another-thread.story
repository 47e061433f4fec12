# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# One thread sends the FIN by shutdown(); another one closes with data unread, which sends the RST.
socket A 10.0.0.9:80 10.0.0.1:51544

0ms   A state SYN_RECV ESTABLISHED    no-socket
10ms  A state ESTABLISHED FIN_WAIT1   owned file-live shut-snd  in server[4021] shutdown(7,1)
10ms  A call ESTABLISHED              took=30us ret=0  in server[4021] shutdown(7,1)
12ms  A state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  file-live shut-snd
510ms A state FIN_WAIT2 CLOSE         came=300 acks  owned file-dead shut-rcv shut-snd  in server[4022] close(7)
510ms A reset-sent CLOSE              reason=ABORT_ON_CLOSE  owned dead no-socket shut-rcv shut-snd
510ms A destroy                       owned dead shut-rcv shut-snd  in server[4022] close(7)
510ms A call FIN_WAIT2                took=30us ret=0  in server[4022] close(7)

expect A ending=reset-sent reason=unread-data initiator=local trigger=shutdown tid=4021 reset_by=close reset_by.tid=4022
expect A lost.unread=300 middlebox=-
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4022    server   10.0.0.9:80           -> 10.0.0.1:51544        reset     500.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:32.510000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.9","local_port":80,"peer_addr":"10.0.0.1","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":510000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"unread-data","trigger":{"call":"shutdown","how":"SHUT_WR","fd":7,"pid":4021,"tid":4021,"comm":"server","process":"server","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":{"call":"close","how":null,"fd":7,"pid":4022,"tid":4022,"comm":"server","process":"server","ret":0,"stack":null},"calls":[{"call":"shutdown","how":"SHUT_WR","fd":7,"pid":4021,"tid":4021,"comm":"server","process":"server","ret":0,"at_ns":0,"effect":"fin"},{"call":"close","how":null,"fd":7,"pid":4022,"tid":4022,"comm":"server","process":"server","ret":0,"at_ns":500000000,"effect":"reset"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":500000000},"cut":{"phase":"peer_hold","ns":498000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":300,"unread":0,"unacked":0,"unsent":0},"data_lost":{"unread":300,"unsent":0,"unacked":0},"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.510000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":8,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.9:80 10.0.0.1:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.9:80 10.0.0.1:51544 ESTABLISHED -> FIN_WAIT1 in server[4021] shutdown(7, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.010000 call           10.0.0.9:80 10.0.0.1:51544 ESTABLISHED in server[4021] shutdown(7, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x11
08:12:32.012000 state          10.0.0.9:80 10.0.0.1:51544 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x11
08:12:32.510000 state          10.0.0.9:80 10.0.0.1:51544 FIN_WAIT2 -> CLOSE in server[4022] close(7, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5300 rcv_wup=5300 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.510000 reset-sent     10.0.0.9:80 10.0.0.1:51544 CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5300 rcv_wup=5300 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 reason=1 unasked dead,owned,no-socket,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.510000 destroy        10.0.0.9:80 10.0.0.1:51544 CLOSE in server[4022] close(7, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5300 rcv_wup=5300 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.510000 call           10.0.0.9:80 10.0.0.1:51544 FIN_WAIT2 in server[4022] close(7, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x11
--- timeline
server[4022]                      08:12:32.010                              peer
10.0.0.9:80                                                       10.0.0.1:51544
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(7, WR) |                                      |
       server[4021] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                498 ms                :
                    :                                      :
           close(7) |                                      |
       server[4022] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: server[4022] closed with data unread and so sent a RST
(unread-data); the peer's application held the connection open for 498 ms after
our FIN, until the RST. 300 bytes for server[4022] arrived and were never read.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      <-  server[4022]     10.0.0.9:80           reset         500.00
--- who
08:12:32.000 to 08:12:32.510: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
server                                        1    1.96      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
server                 1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
server               .   .   . 100   .      -      -      -   >498   >498   >498

COMM             ENDING          REASON               COUNT    % LOST-DATA
server           reset-sent      unread-data              1  100         1
--- hist
08:12:32.000 to 08:12:32.510: 1 close

ack_wait, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close, 1 cut
p50 >498 ms, p90 >498 ms, p99 >498 ms, max >498 ms
     200 ms - 500 ms     |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 1 close
p50 500 ms, p90 500 ms, p99 500 ms, max 500 ms
     500 ms - 1 s        |###################################|        1 100.0 %

age, 1 close
p50 510 ms, p90 510 ms, p99 510 ms, max 510 ms
     500 ms - 1 s        |###################################|        1 100.0 %
