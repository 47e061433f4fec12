# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# As listener-closes-first, with the process that closed the listener: the lock of the child is not held for it, but
# inet_csk_listen_stop() runs in its close(). The listener itself has no story.
socket L 10.0.0.1:443 0.0.0.0:0
socket A 10.0.0.1:443 10.0.0.9:51544

0ms  A state SYN_RECV ESTABLISHED  no-socket
50ms L state LISTEN CLOSE          owned file-dead shut-rcv shut-snd  in nginx[4021] close(6)
50ms A state ESTABLISHED CLOSE     no-socket  in nginx[4021] close(6)
50ms A reset-sent CLOSE            reason=TCP_STATE  no-socket
tick 1s

expect A ending=reset-sent class=reset initiator=local reason=not-accepted trigger=close pid=4021 comm=nginx
untold L
expect-tally seen=1 told=1 filtered=0 open=0 lost=0
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
4021    nginx    10.0.0.1:443          -> 10.0.0.9:51544        reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x12","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"not-accepted","trigger":{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"close","how":null,"fd":6,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":null,"at_ns":0,"effect":"reset"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:33.000000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":4,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.050000 state          10.0.0.1:443 0.0.0.0:0 LISTEN -> CLOSE in nginx[4021] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-dead,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.050000 state          10.0.0.1:443 10.0.0.9:51544 ESTABLISHED -> CLOSE in nginx[4021] close(6, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x12
08:12:32.050000 reset-sent     10.0.0.1:443 10.0.0.9:51544 CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 reason=5 unasked no-socket netns=4026531840 cookie=0x12
--- timeline
nginx[4021]                       08:12:32.050                              peer
10.0.0.1:443                                                      10.0.0.9:51544
        ESTABLISHED |                                      | (ESTABLISHED)
           close(6) |                                      |
        nginx[4021] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
reset-sent: nginx[4021] closed the listener before it had accepted, which sends
a RST (not-accepted).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      <-  nginx[4021]      10.0.0.1:443          reset           0.00
--- who
08:12:32.000 to 08:12:33.000: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
nginx                                         1    1.00      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
nginx                  1   100    .    .    .    .     .    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
nginx                .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
nginx            reset-sent      not-accepted             1  100         .
--- hist
08:12:32.000 to 08:12:33.000: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
