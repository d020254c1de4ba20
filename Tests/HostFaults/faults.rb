# frozen_string_literal: true

# What engagement.rb, beside this file, does about a fault: faults.rb NAME. It works with the client as it was, too.

require_relative "engagement"

TOO_LONG = "x" * (17 << 20)

def tell(label, problem)
  kind = problem.respond_to?(:kind) ? problem.kind : problem.class.name
  puts "#{label}: #{kind}: #{problem.message}"
end

# What the call brought: its result, or what it raised.
def outcome
  yield
rescue Bridge::Refused, Bridge::Ended => e
  e
end

def unreadable
  bridge = Bridge.new("--sandbox")
  tell "unreadable alone", outcome { bridge.call("contact.get", { contact_id: TOO_LONG }) }
  steps = [{ delay_ms: 60_000 }]
  bridge.call("sandbox.fail", { match: "PUT /v2/engagements/ngmt_sandbox05/contacts", steps: steps })
  slow = bridge.start("engagement.replaceContacts", { engagement_id: "ngmt_sandbox05", contact_ids: ["cnt_sandbox08"] })
  ids = (1..40).map { |number| format("cnt_sandbox%02d", number) }.insert(20, TOO_LONG)
  calls = ids.map { |id| bridge.start("contact.get", { contact_id: id }) }
  outcomes = calls.map { |call| outcome { call.value } }
  outcomes.grep(Exception).each { |problem| tell "unreadable", problem }
  puts "others: #{outcomes.grep(Hash).size} answered"
  slow.cancel
  tell "slow", outcome { slow.value }
  bridge.close
end

def flag
  tell "flag", outcome { Bridge.new("--sandbx").call("service.ping") }
end

def killed
  bridge = Bridge.new("--sandbox")
  bridge.call("sandbox.fail", { match: "GET /v2/contacts/*", steps: [{ delay_ms: 60_000 }], repeat: true })
  calls = Array.new(40) { bridge.start("contact.get", { contact_id: "cnt_sandbox01" }) }
  sleep 0.5
  Process.kill(:KILL, Integer(File.read(ENV.fetch("PID_FILE"))))
  told = calls.map { |call| outcome { call.value } }.grep(Bridge::Ended)
  puts "killed: #{told.size} of #{calls.size} told: #{told.first.message}"
end

def left
  bridge = Bridge.new("--sandbox")
  puts "left open: #{bridge.call('contact.get', { contact_id: 'cnt_sandbox01' })['meta']['status']}"
end

def whole
  bridge = Bridge.new("--sandbox")
  meta = bridge.call("contact.get", { contact_id: "cnt_sandbox01" })["meta"]
  puts "meta: #{meta['status']} #{meta['api_version']}"
  write = { engagement_id: "ngmt_sandbox01", contact_ids: ["cnt_nobody"] }
  refused = outcome { bridge.call("engagement.replaceContacts", write) }
  said = [refused.code, refused.kind, refused.applied, refused.attempts, refused.errors.first["field"]]
  puts "refused: #{said.join(' ')}"
  puts "whole: #{refused.data['status']} #{refused.data['request_id']}"
  bridge.close
  nowhere = Bridge.new("--base-url", "http://127.0.0.1:9/api")
  refused = outcome { nowhere.call("contact.get", { contact_id: "cnt_sandbox01", options: { timeout_ms: 500 } }) }
  puts "cause: #{[refused.code, refused.kind, refused.retryable?, refused.reason].join(' ')}"
  nowhere.close
end

send(ARGV.fetch(0))
