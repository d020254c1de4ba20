// What engagement.go, beside this file, does about a fault: faults NAME.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var tooLong = strings.Repeat("x", 17<<20)

func tell(label string, err error) {
	var refused *Refused
	if errors.As(err, &refused) {
		fmt.Printf("%s: %s: %v\n", label, refused.Data.Kind, err)
	} else {
		fmt.Printf("%s: %T: %v\n", label, err, err)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(flags ...string) *Bridge {
	b, err := Start(flags...)
	check(err)
	return b
}

func do(b *Bridge, method string, params Params) (*Result, error) {
	return b.Call(context.Background(), method, params, nil)
}

// answers are the errors of contact.get of each id, all at once.
func answers(b *Bridge, ids []string) []error {
	errs := make(chan error)
	for _, id := range ids {
		go func(id string) {
			_, err := do(b, "contact.get", Params{"contact_id": id})
			errs <- err
		}(id)
	}
	all := make([]error, len(ids))
	for at := range all {
		all[at] = <-errs
	}
	return all
}

func unreadable() {
	b := start("--sandbox")
	_, err := do(b, "contact.get", Params{"contact_id": tooLong})
	tell("unreadable alone", err)
	late := Params{"match": "PUT /v2/engagements/ngmt_sandbox05/contacts", "steps": []Params{{"delay_ms": 60_000}}}
	_, err = do(b, "sandbox.fail", late)
	check(err)
	patience, cancel := context.WithCancel(context.Background())
	slow := make(chan error)
	go func() {
		write := Params{"engagement_id": "ngmt_sandbox05", "contact_ids": []string{"cnt_sandbox08"}}
		_, err := b.Call(patience, "engagement.replaceContacts", write, nil)
		slow <- err
	}()
	time.Sleep(100 * time.Millisecond)
	ids := []string{tooLong}
	for number := 1; number <= 40; number++ {
		ids = append(ids, fmt.Sprintf("cnt_sandbox%02d", number))
	}
	answered := 0
	for _, err := range answers(b, ids) {
		if err != nil {
			tell("unreadable", err)
		} else {
			answered++
		}
	}
	fmt.Printf("others: %d answered\n", answered)
	cancel()
	tell("slow", <-slow)
	check(b.Close())
}

func flag() {
	b, err := Start("--sandbx")
	if err == nil {
		_, err = do(b, "service.ping", nil)
	}
	tell("flag", err)
}

func killed() {
	b := start("--sandbox")
	stuck := Params{"match": "GET /v2/contacts/*", "steps": []Params{{"delay_ms": 60_000}}, "repeat": true}
	_, err := do(b, "sandbox.fail", stuck)
	check(err)
	go func() {
		time.Sleep(500 * time.Millisecond)
		text, err := os.ReadFile(os.Getenv("PID_FILE"))
		check(err)
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		check(err)
		check(syscall.Kill(pid, syscall.SIGKILL))
	}()
	ids := make([]string, 40)
	for at := range ids {
		ids[at] = "cnt_sandbox01"
	}
	told := 0
	all := answers(b, ids)
	for _, err := range all {
		if errors.Is(err, ErrEnded) {
			told++
		}
	}
	fmt.Printf("killed: %d of %d told: %v\n", told, len(all), all[0])
}

func left() {
	result, err := do(start("--sandbox"), "contact.get", Params{"contact_id": "cnt_sandbox01"})
	check(err)
	fmt.Printf("left open: %d\n", result.Meta.Status)
}

func whole() {
	b := start("--sandbox")
	result, err := do(b, "contact.get", Params{"contact_id": "cnt_sandbox01"})
	check(err)
	fmt.Printf("meta: %d %s\n", result.Meta.Status, result.Meta.APIVersion)
	write := Params{"engagement_id": "ngmt_sandbox01", "contact_ids": []string{"cnt_nobody"}}
	var refused *Refused
	if _, err = do(b, "engagement.replaceContacts", write); errors.As(err, &refused) {
		d := refused.Data
		fmt.Printf("refused: %d %s %s %d %s\n", refused.Code, d.Kind, d.Applied, d.Attempts, d.Errors[0].Field)
		fmt.Printf("whole: %d %s\n", d.Status, d.RequestID)
	}
	check(b.Close())
	b = start("--base-url", "http://127.0.0.1:9/api")
	get := Params{"contact_id": "cnt_sandbox01", "options": Params{"timeout_ms": 500}}
	if _, err = do(b, "contact.get", get); errors.As(err, &refused) {
		fmt.Printf("cause: %d %s %v %s\n", refused.Code, refused.Data.Kind, refused.Data.Retryable, refused.Data.Cause)
	}
	check(b.Close())
}

func main() {
	map[string]func(){"unreadable": unreadable, "flag": flag, "killed": killed, "left": left, "whole": whole}[os.Args[1]]()
}
