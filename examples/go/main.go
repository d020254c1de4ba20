// What the client is good for, against the sandbox.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

func demo(b *Bridge) error {
	ctx := context.Background()
	const engagement = "ngmt_sandbox01"
	result, err := b.Call(ctx, "engagement.get", Params{"engagement_id": engagement, "expand": []string{"contacts"}}, nil)
	if err != nil {
		return err
	}
	var page struct {
		Contacts []struct {
			FirstName string `json:"first_name"`
			LastName  string `json:"last_name"`
		} `json:"contacts"`
	}
	if err := json.Unmarshal(result.Data, &page); err != nil {
		return err
	}
	var names []string
	for _, c := range page.Contacts {
		names = append(names, c.FirstName+" "+c.LastName)
	}
	fmt.Println("contacts:", strings.Join(names, ", "))

	for _, mode := range []string{"dry_run", "report_changes"} {
		who := []string{"cnt_sandbox01", "cnt_sandbox05"}
		replacement := Params{"engagement_id": engagement, "contact_ids": who, mode: true}
		result, err := b.Call(ctx, "engagement.replaceContacts", replacement, nil)
		if err != nil {
			return err
		}
		changes := result.Changes
		fmt.Printf("%s: added %v, removed %v, verified %v\n", mode, changes.Added, changes.Removed, changes.Verified)
	}

	_, err = b.Call(ctx, "engagement.replaceContacts",
		Params{"engagement_id": engagement, "contact_ids": []string{"cnt_nobody"}}, nil)
	refused, err := refusal(err)
	if err != nil {
		return err
	}
	fmt.Printf("refused: %s, applied %s, retryable %v: %v\n",
		refused.Data.Kind, refused.Data.Applied, refused.Data.Retryable, refused)

	late := Params{"match": "PUT /v2/engagements/ngmt_sandbox05/contacts", "steps": []Params{{"delay_ms": 60_000}}}
	if _, err := b.Call(ctx, "sandbox.fail", late, nil); err != nil {
		return err
	}
	patience, cancel := context.WithCancel(ctx)
	defer cancel()
	slow := make(chan error, 1)
	go func() {
		_, err := b.Call(patience, "engagement.replaceContacts",
			Params{"engagement_id": "ngmt_sandbox05", "contact_ids": []string{"cnt_sandbox08"}}, nil)
		slow <- err
	}()

	const people = 40
	failures := make(chan error, people)
	for number := 1; number <= people; number++ {
		go func(id string) {
			_, err := b.Call(ctx, "contact.get", Params{"contact_id": id}, nil)
			failures <- err
		}(fmt.Sprintf("cnt_sandbox%02d", number))
	}
	for number := 1; number <= people; number++ {
		if err := <-failures; err != nil {
			return err
		}
	}
	fmt.Printf("at once: %d contacts, while a slow call waits\n", people)

	time.Sleep(200 * time.Millisecond)
	cancel()
	if refused, err = refusal(<-slow); err != nil {
		return err
	}
	fmt.Printf("cancelled: %s, applied %s\n", refused.Data.Kind, refused.Data.Applied)

	var told []int
	everything, err := b.Call(ctx, "engagement.list", Params{"all": true, "limit": 50, "fields": []string{"id"}},
		func(items int) { told = append(told, items) })
	if err != nil {
		return err
	}
	var list struct {
		Data []struct{} `json:"data"`
	}
	if err := json.Unmarshal(everything.Data, &list); err != nil {
		return err
	}
	fmt.Printf("progress: %v, then %d engagements\n", told, len(list.Data))
	return nil
}

func refusal(err error) (refused *Refused, other error) {
	switch {
	case err == nil:
		return nil, errors.New("a call that was to be refused was carried out")
	case errors.As(err, &refused):
		return refused, nil
	default:
		return nil, err
	}
}

func main() {
	b, err := Start("--sandbox")
	var ended *Ended
	if errors.As(err, &ended) {
		fmt.Fprintln(os.Stderr, ended)
		os.Exit(ended.State.ExitCode())
	}
	var refused *Refused
	if errors.As(err, &refused) {
		fmt.Fprintln(os.Stderr, refused)
		os.Exit(1)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "engagement-rpc can't be started: %v.\n", err)
		os.Exit(64)
	}
	failure := demo(b)
	ending := b.Close()
	for _, err := range []error{failure, ending} {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	fmt.Println("ended: status 0")
}
