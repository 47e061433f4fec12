# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The peer has closed, our program holds the connection for 2 s, and the peer resets it: no wave ended the hold.
socket A 10.0.0.9:80 10.0.0.1:51544
socket P 10.0.0.1:51545 10.0.0.9:80 cookie=0x12

0ms    A state SYN_RECV ESTABLISHED    no-socket
10ms   A state ESTABLISHED CLOSE_WAIT  segment came=1 acks  done file-live shut-rcv
2010ms A reset-received CLOSE_WAIT     done file-live
2010ms A state CLOSE_WAIT CLOSE        sk_err=32  done file-live shut-rcv
2050ms A destroy                       dead done owned shut-rcv shut-snd  in leaky[4021] close(7)
2050ms A call CLOSE                    took=10us ret=0  in leaky[4021] close(7)
3000ms P state SYN_SENT ESTABLISHED    owned file-live  in proxy[4022] connect(5)
3010ms P state ESTABLISHED FIN_WAIT1   owned file-live shut-snd  in proxy[4022] shutdown(5,1)
3010ms P call ESTABLISHED              took=30us ret=0  in proxy[4022] shutdown(5,1)
3012ms P state FIN_WAIT1 FIN_WAIT2     segment sent=1 acked  file-live shut-snd
5012ms P state FIN_WAIT2 CLOSE         owned file-dead linger linger-zero shut-rcv shut-snd  in proxy[4022] close(5)
5012ms P reset-sent CLOSE              reason=TCP_STATE  owned file-dead linger linger-zero
5012ms P call FIN_WAIT2                took=30us ret=0  in proxy[4022] close(5)

expect A ending=reset-received reason=half-closed initiator=peer cut=app_hold:2s phase.app_hold=- phase.total=2s blame=local-app blame_ns=2s
expect P ending=reset-sent reason=linger-zero initiator=local cut=peer_hold:2s phase.peer_hold=- blame=peer-app reset_by=close
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    leaky    10.0.0.9:80           <- 10.0.0.1:51544        reset     2000.0
4022    proxy    10.0.0.1:51545        -> 10.0.0.9:80           reset     2002.0
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.010000000Z","time":"2026-11-22T08:12:34.010000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.9","local_port":80,"peer_addr":"10.0.0.1","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":2010000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"half-closed","trigger":null,"reset_by":null,"calls":[{"call":"close","how":null,"fd":7,"pid":4021,"tid":4021,"comm":"leaky","process":"leaky","ret":0,"at_ns":2040000000,"effect":"none"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"received","at_ns":0,"seq":5000,"ack":1000,"exact":true},{"wave":2,"flag":"ACK","dir":"sent","at_ns":0,"seq":1000,"ack":5001,"exact":false}],"states":["ESTABLISHED","CLOSE_WAIT","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":2000000000},"cut":{"phase":"app_hold","ns":2000000000,"at_least":false},"blame":"local-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:35.010000000Z","time":"2026-11-22T08:12:37.012000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":51545,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":2012000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"linger-zero","trigger":{"call":"shutdown","how":"SHUT_WR","fd":5,"pid":4022,"tid":4022,"comm":"proxy","process":"proxy","ret":0,"uid":0,"call_ns":30000,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":{"call":"close","how":null,"fd":5,"pid":4022,"tid":4022,"comm":"proxy","process":"proxy","ret":0,"stack":null},"calls":[{"call":"shutdown","how":"SHUT_WR","fd":5,"pid":4022,"tid":4022,"comm":"proxy","process":"proxy","ret":0,"at_ns":0,"effect":"fin"},{"call":"close","how":null,"fd":5,"pid":4022,"tid":4022,"comm":"proxy","process":"proxy","ret":0,"at_ns":2002000000,"effect":"reset"}],"calls_omitted":0,"waves":[{"wave":1,"flag":"FIN","dir":"sent","at_ns":0,"seq":1000,"ack":5000,"exact":true},{"wave":2,"flag":"ACK","dir":"received","at_ns":2000000,"seq":null,"ack":1001,"exact":true}],"states":["ESTABLISHED","FIN_WAIT1","FIN_WAIT2","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":2000000,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":2002000000},"cut":{"phase":"peer_hold","ns":2000000000,"at_least":false},"blame":"peer-app","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:37.012000000Z","seen":2,"told":2,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":13,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.9:80 10.0.0.1:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.010000 state          10.0.0.9:80 10.0.0.1:51544 ESTABLISHED -> CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live,shut-rcv netns=4026531840 cookie=0x11
08:12:34.010000 reset-received 10.0.0.9:80 10.0.0.1:51544 CLOSE_WAIT snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 done,file-live netns=4026531840 cookie=0x11
08:12:34.010000 state          10.0.0.9:80 10.0.0.1:51544 CLOSE_WAIT -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=32 done,file-live,shut-rcv netns=4026531840 cookie=0x11
08:12:34.050000 destroy        10.0.0.9:80 10.0.0.1:51544 CLOSE in leaky[4021] close(7, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5001 rcv_wup=5001 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,done,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:34.050000 call           10.0.0.9:80 10.0.0.1:51544 CLOSE in leaky[4021] close(7, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x11
08:12:35.000000 state          10.0.0.1:51545 10.0.0.9:80 SYN_SENT -> ESTABLISHED in proxy[4022] connect(5, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x12
08:12:35.010000 state          10.0.0.1:51545 10.0.0.9:80 ESTABLISHED -> FIN_WAIT1 in proxy[4022] shutdown(5, 1) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live,shut-snd netns=4026531840 cookie=0x12
08:12:35.010000 call           10.0.0.1:51545 10.0.0.9:80 ESTABLISHED in proxy[4022] shutdown(5, 1) = 0 call_ns=30000 netns=4026531840 cookie=0x12
08:12:35.012000 state          10.0.0.1:51545 10.0.0.9:80 FIN_WAIT1 -> FIN_WAIT2 snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live,shut-snd netns=4026531840 cookie=0x12
08:12:37.012000 state          10.0.0.1:51545 10.0.0.9:80 FIN_WAIT2 -> CLOSE in proxy[4022] close(5, 0) snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd,linger,linger-zero netns=4026531840 cookie=0x12
08:12:37.012000 reset-sent     10.0.0.1:51545 10.0.0.9:80 CLOSE snd_una=1001 snd_nxt=1001 write_seq=1001 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 reason=5 unasked owned,file-dead,linger,linger-zero netns=4026531840 cookie=0x12
08:12:37.012000 call           10.0.0.1:51545 10.0.0.9:80 FIN_WAIT2 in proxy[4022] close(5, 0) = 0 call_ns=30000 netns=4026531840 cookie=0x12
--- timeline
leaky[4021]                       08:12:32.010                              peer
10.0.0.9:80                                                       10.0.0.1:51544
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<-------- 1 FIN seq +0 ack +0 --------|
         CLOSE_WAIT |          seq 5000 ack 1000           | (FIN_WAIT1)
                    |- - - -  2 ACK seq +0 ack +1 - - - - >|
                    |          seq 1000 ack 5001           |
                    :                                      :
                    :                2.0 s                 :
                    :                                      :
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
                    |                40 ms                 |
           close(7) |                                      |
        leaky[4021] |                                      |
       nothing sent |                                      |
reset-received: a RST arrived while the connection was half closed
(half-closed); leaky[4021] held the connection open for 2.0 s after the peer's
FIN, until the RST.

proxy[4022]                       08:12:35.010                              peer
10.0.0.1:51545                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
    shutdown(5, WR) |                                      |
        proxy[4022] |                                      |
                    |-------- 1 FIN seq +0 ack +0 -------->|
          FIN_WAIT1 |          seq 1000 ack 5000           | (CLOSE_WAIT)
                    |                2.0 ms                |
                    |<----------- 2 ACK ack +1 ------------|
          FIN_WAIT2 |               ack 1001               |
                    :                                      :
                    :                2.0 s                 :
                    :                                      :
           close(5) |                                      |
        proxy[4022] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: proxy[4022] closed with SO_LINGER of zero, which sends a RST
(linger-zero); the peer's application held the connection open for 2.0 s after
our FIN, until the RST.
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      ->  leaky[4021]      10.0.0.9:80           reset         2000.0
proxy[4022]      ->  (not-found)      10.0.0.9:80           reset         2002.0
--- who
08:12:32.000 to 08:12:37.012: 2 closes
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
leaky                                         1    0.20      .         .       .
proxy                                         1    0.20      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
leaky                  1     .    .    .    .    .     .  100    .  100    .   .
proxy                  1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
leaky                .   .   .   . 100  >2000  >2000  >2000      -      -      -
proxy                .   .   . 100   .      -      -      -  >2000  >2000  >2000

COMM             ENDING          REASON               COUNT    % LOST-DATA
leaky            reset-received  half-closed              1  100         .
proxy            reset-sent      linger-zero              1  100         .
--- hist
08:12:32.000 to 08:12:37.012: 2 closes

ack_wait, 1 close
p50 2.0 ms, p90 2.0 ms, p99 2.0 ms, max 2.0 ms
       2 ms - 5 ms       |###################################|        1 100.0 %

peer_hold, 1 close, 1 cut
p50 >2.0 s, p90 >2.0 s, p99 >2.0 s, max >2.0 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

app_hold, 1 close, 1 cut
p50 >2.0 s, p90 >2.0 s, p99 >2.0 s, max >2.0 s
        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 100.0 %

total, 2 closes
p50 2.0 s, p90 2.0 s, p99 2.0 s, max 2.0 s
        2 s - 5 s        |###################################|        2 100.0 %

age, 2 closes
p50 2.0 s, p90 2.0 s, p99 2.0 s, max 2.0 s
        2 s - 5 s        |###################################|        2 100.0 %
