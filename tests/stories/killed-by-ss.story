# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# "ss -K", through netlink: the socket's owner has no part in it, the administrator's tool has.
socket A 10.0.0.1:443 10.0.0.9:51544

0ms  A state SYN_RECV ESTABLISHED  no-socket
50ms A reset-sent ESTABLISHED      reason=TCP_STATE  sk_err=103 owned file-live
50ms A state ESTABLISHED CLOSE     sk_err=103  owned file-live  in ss[99] sendmsg(3)
60ms A destroy                     dead owned shut-rcv shut-snd  in nginx[4021] close(11)
60ms A call CLOSE                  took=10us ret=0  in nginx[4021] close(11)

expect A ending=reset-sent class=reset initiator=local reason=destroyed trigger=sock_destroy pid=99 comm=ss fd=-
expect A calls=sock_destroy:reset,close:none
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
99      ss       10.0.0.1:443          -> 10.0.0.9:51544        reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.050000000Z","time":"2026-11-22T08:12:32.050000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":443,"peer_addr":"10.0.0.9","peer_port":51544,"iss":999,"irs":4999,"v4_mapped":false,"opened":"accept","age_ns":50000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"local","ending":"reset-sent","class":"reset","reason":"destroyed","trigger":{"call":"sock_destroy","how":null,"fd":null,"pid":99,"tid":99,"comm":"ss","process":"ss","ret":null,"uid":0,"call_ns":null,"signal":null,"exit_code":null,"cgroup":null,"unit":null,"container":null,"pod":null,"k8s_namespace":null,"k8s_pod":null,"k8s_container":null,"deferred":false,"stack":null},"reset_by":null,"calls":[{"call":"sock_destroy","how":null,"fd":null,"pid":99,"tid":99,"comm":"ss","process":"ss","ret":null,"at_ns":0,"effect":"reset"},{"call":"close","how":null,"fd":11,"pid":4021,"tid":4021,"comm":"nginx","process":"nginx","ret":0,"at_ns":10000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.060000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":5,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:443 10.0.0.9:51544 SYN_RECV -> ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 no-socket netns=4026531840 cookie=0x11
08:12:32.050000 reset-sent     10.0.0.1:443 10.0.0.9:51544 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=103 reason=5 unasked owned,file-live netns=4026531840 cookie=0x11
08:12:32.050000 state          10.0.0.1:443 10.0.0.9:51544 ESTABLISHED -> CLOSE in ss[99] sendmsg(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=103 owned,file-live netns=4026531840 cookie=0x11
08:12:32.060000 destroy        10.0.0.1:443 10.0.0.9:51544 CLOSE in nginx[4021] close(11, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.060000 call           10.0.0.1:443 10.0.0.9:51544 CLOSE in nginx[4021] close(11, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x11
--- timeline
ss[99]                            08:12:32.050                              peer
10.0.0.1:443                                                      10.0.0.9:51544
        ESTABLISHED |                                      | (ESTABLISHED)
sock_destroy ss[99] |                                      |
                    |---------------- RST ---------------->|
              CLOSE |                                      |
                    :                                      :
                    :                10 ms                 :
                    :                                      :
          close(11) |                                      |
        nginx[4021] |                                      |
       nothing sent |                                      |
reset-sent: ss[99] destroyed the socket from outside, which sends a RST
(destroyed).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
(not-found)      <-  ss[99]           10.0.0.1:443          reset           0.00
--- who
08:12:32.000 to 08:12:32.060: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
ss                                            1    16.7      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
ss                     1     .    .    .    .    .   100    .  100    .    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
ss                   .   .   . 100   .      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
ss               reset-sent      destroyed                1  100         .
--- hist
08:12:32.000 to 08:12:32.060: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 50 ms, p90 50 ms, p99 50 ms, max 50 ms
      50 ms - 100 ms     |###################################|        1 100.0 %
