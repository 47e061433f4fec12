# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shutdown() on what is no longer connected fails: it is among the calls, with what it returned, and did nothing.
socket A 10.0.0.1:51544 10.0.0.9:80

0ms   A state SYN_SENT ESTABLISHED  owned file-live  in nc[77] connect(3)
100ms A reset-received ESTABLISHED  segment  file-live
100ms A state ESTABLISHED CLOSE     sk_err=104  file-live
110ms A call CLOSE                  took=3us ret=-107  in nc[77] shutdown(3,1)
120ms A destroy                     dead owned shut-rcv shut-snd  in nc[77] close(3)
120ms A call CLOSE                  took=10us ret=0  in nc[77] close(3)

expect A ending=reset-received initiator=peer trigger=- calls=shutdown:none,close:none
--- trace
PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
77      nc       10.0.0.1:51544        <- 10.0.0.9:80           reset       0.00
--- json
{"kind":"meta","schema":1,"version":"-","hostname":"host","kernel":"6.1.0","machine":"x86_64","boot_id":"00000000-0000-4000-8000-000000000000","hooks":{"calls":"tracepoint","late":"tp_btf","reset_sent":"tp_btf","reset_received":"tp_btf","fin_resent":"tp_btf","state":"tp_btf","destroy":"tp_btf"}}
{"kind":"close","schema":1,"start":"2026-11-22T08:12:32.100000000Z","time":"2026-11-22T08:12:32.100000000Z","family":4,"netns":4026531840,"cookie":"0x11","local_addr":"10.0.0.1","local_port":51544,"peer_addr":"10.0.0.9","peer_port":80,"iss":999,"irs":4999,"v4_mapped":false,"opened":"connect","age_ns":100000000,"idle_ns":{"sent":null,"received":null},"age_at_least_ns":null,"holders":null,"initiator":"peer","ending":"reset-received","class":"reset","reason":"established","trigger":null,"reset_by":null,"calls":[{"call":"shutdown","how":"SHUT_WR","fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":-107,"at_ns":10000000,"effect":"none"},{"call":"close","how":null,"fd":3,"pid":77,"tid":77,"comm":"nc","process":"nc","ret":0,"at_ns":20000000,"effect":"none"}],"calls_omitted":0,"waves":[],"states":["ESTABLISHED","CLOSE"],"phase_ns":{"fin_queued":null,"ack_wait":null,"peer_hold":null,"app_hold":null,"last_ack_wait":null,"total":0},"cut":null,"blame":"none","bytes":{"sent":0,"received":0,"unread":0,"unacked":0,"unsent":0},"data_lost":null,"fin_retransmits":0,"peer_fin_retransmits":null,"srtt_us":null,"twin":null,"self":false,"middlebox":null,"partial":false,"missing":[]}
{"kind":"summary","schema":1,"time":"2026-11-22T08:12:32.120000000Z","seen":1,"told":1,"filtered":0,"open":0,"unchecked":null,"lost":{"table_full":0,"end_missed":0,"vanished":0},"events":6,"events_lost":{"ring_full":0,"calls_full":0,"malformed":0},"maybe_missed":null}
--- events
08:12:32.000000 state          10.0.0.1:51544 10.0.0.9:80 SYN_SENT -> ESTABLISHED in nc[77] connect(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=1 snd_wnd=65535 err=0 owned,file-live netns=4026531840 cookie=0x11
08:12:32.100000 reset-received 10.0.0.1:51544 10.0.0.9:80 ESTABLISHED snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 file-live netns=4026531840 cookie=0x11
08:12:32.100000 state          10.0.0.1:51544 10.0.0.9:80 ESTABLISHED -> CLOSE snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=104 file-live netns=4026531840 cookie=0x11
08:12:32.110000 call           10.0.0.1:51544 10.0.0.9:80 CLOSE in nc[77] shutdown(3, 1) = -107 call_ns=3000 netns=4026531840 cookie=0x11
08:12:32.120000 destroy        10.0.0.1:51544 10.0.0.9:80 CLOSE in nc[77] close(3, 0) snd_una=1000 snd_nxt=1000 write_seq=1000 rcv_nxt=5000 rcv_wup=5000 copied_seq=5000 segs_in=2 snd_wnd=65535 err=0 dead,owned,shut-rcv,shut-snd netns=4026531840 cookie=0x11
08:12:32.120000 call           10.0.0.1:51544 10.0.0.9:80 CLOSE in nc[77] close(3, 0) = 0 call_ns=10000 netns=4026531840 cookie=0x11
--- timeline
nc[77]                            08:12:32.100                              peer
10.0.0.1:51544                                                       10.0.0.9:80
        ESTABLISHED |                                      | (ESTABLISHED)
                    |<---------------- RST ---------------?|
              CLOSE |                                      |
                    :                                      :
                    :                10 ms                 :
                    :                                      :
    shutdown(3, WR) |                                      |
             nc[77] |                                      |
             failed |                                      |
                    :                                      :
                    :                10 ms                 :
                    :                                      :
    close(3) nc[77] |                                      |
       nothing sent |                                      |
reset-received: a RST arrived while the connection was open (established).
--- connections
CLIENT           BY  SERVER           ADDRESS               ENDING            MS
nc[77]           <-  (not-found)      10.0.0.9:80           reset           0.00
--- who
08:12:32.000 to 08:12:32.120: 1 close
COMM                                     CLOSES      /s   OPEN TIME_WAIT      /s
nc                                            1    8.33      .         .       .

                         ------------ ENDED BY, % ----------- ---- BEGAN, % ----
COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
nc                     1     .    .    .    .    .     .  100    .  100    .   .

                 -- HOW, % --- -RESET- ---- WE HOLD, ms --- -- PEERS HOLD, ms --
COMM             clean t/o oth  ->  <-    p50    p99    max    p50    p99    max
nc                   .   .   .   . 100      -      -      -      -      -      -

COMM             ENDING          REASON               COUNT    % LOST-DATA
nc               reset-received  established              1  100         .
--- hist
08:12:32.000 to 08:12:32.120: 1 close

total, 1 close
p50 0 ns, p90 0 ns, p99 0 ns, max 0 ns
       0 ns - 1 ns       |###################################|        1 100.0 %

age, 1 close
p50 100 ms, p90 100 ms, p99 100 ms, max 100 ms
     100 ms - 200 ms     |###################################|        1 100.0 %
