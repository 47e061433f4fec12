// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

// Three tests of a server that answers one request and closes. Each client says its port in $PORT_FILE.
package suite

import (
	"io"
	"net"
	"os"
	"strconv"
	"testing"
)

// What nothing closes before the process exits.
var leaked net.Conn

func answer(l net.Listener, done chan<- error) {
	c, err := l.Accept()
	if err == nil {
		_, err = c.Read(make([]byte, 64))
	}
	if err == nil {
		_, err = c.Write([]byte("answer"))
	}
	if err == nil {
		err = c.Close()
	}
	done <- err
}

// ask starts a server and returns a client that has sent its request, once the server has closed.
func ask(t *testing.T) net.Conn {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error)
	go answer(l, done)
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(c.LocalAddr().(*net.TCPAddr).Port)
	if err = os.WriteFile(os.Getenv("PORT_FILE"), []byte(port), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err = c.Write([]byte("request")); err != nil {
		t.Fatal(err)
	}
	if err = <-done; err != nil {
		t.Fatal(err)
	}
	return c
}

func readAnswer(t *testing.T, c net.Conn) {
	if got, err := io.ReadAll(c); err != nil || string(got) != "answer" {
		t.Fatal(string(got), err)
	}
}

func TestClean(t *testing.T) {
	c := ask(t)
	readAnswer(t, c)
	c.Close()
}

func TestLeak(t *testing.T) {
	leaked = ask(t)
	readAnswer(t, leaked)
}

func TestUnread(t *testing.T) {
	c := ask(t)
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	c.Close()
}
