" The attendees of an engagement as a buffer: one contact a line, id, name and e-mail address, with tabs between.
" Take lines out, or add lines that begin with an id or hold an address only, and write the buffer: that is the
" replacement, after a look at what would change.
"
"   :source examples/vim/engagement.vim
"   :EngagementAttendees ngmt_…       opens them          :EngagementUndo     puts the last ones back

let s:here = expand('<sfile>:p:h')
let g:engagement_flags = get(g:, 'engagement_flags', [])
let g:Engagement_ask = get(g:, 'Engagement_ask', {question -> confirm(question, "&Yes\n&No", 2)})
let s:job = v:null
let s:number = 0

function s:Program() abort
  if !empty($ENGAGEMENT_RPC) | return $ENGAGEMENT_RPC | endif
  let built = s:here . '/../../.build/release/engagement-rpc'
  return executable('engagement-rpc') || !executable(built) ? 'engagement-rpc' : built
endfunction

" What the process says on stderr: its last line is why it has ended.
function s:Heard(channel, line) abort
  let s:said = a:line
endfunction

function s:Start() abort
  if !executable(s:Program()) | throw 'engagement: engagement-rpc can''t be started from ' . s:Program() | endif
  let state = (empty($XDG_STATE_HOME) ? $HOME . '/.local/state' : $XDG_STATE_HOME) . '/engagement-rpc'
  call mkdir(state, 'p', 0o700)
  let command = [s:Program(), '--journal', state . '/journal.jsonl'] + g:engagement_flags
  let s:said = ''
  let s:job = job_start(command, {'mode': 'nl', 'err_cb': function('s:Heard')})
endfunction

" The result of one call; an error is thrown as one sentence, with what became of a write.
function EngagementCall(method, params) abort
  if s:job is v:null || job_status(s:job) !=# 'run' | call s:Start() | endif
  let s:number += 1
  let request = {'jsonrpc': '2.0', 'id': s:number, 'method': a:method, 'params': a:params}
  let answer = {}
  try
    call ch_sendraw(s:job, json_encode(request) . "\n")
    " An error without an id is about a request that could not be read, and there is no other.
    while get(answer, 'id') isnot s:number && !(has_key(answer, 'error') && answer.id is v:null)
      let answer = json_decode(ch_read(s:job, {'timeout': 60000}))
    endwhile
  catch /^Vim/
    sleep 50m
    if !empty(s:said) | throw 'engagement: ' . substitute(s:said, '^engagement-rpc: ', '', '') | endif
    throw 'engagement: engagement-rpc ended before it had answered; read the attendees again'
  endtry
  if has_key(answer, 'result') | return answer.result | endif
  let applied = get(get(answer.error, 'data', {}), 'applied', '')
  throw 'engagement: ' . answer.error.message . (empty(applied) ? '' : ' (applied: ' . applied . ')')
endfunction

function s:Label(contact) abort
  let name = filter([a:contact.first_name, a:contact.last_name], 'v:val isnot v:null')
  let emails = map(copy(get(a:contact, 'emails', [])), 'v:val.email')
  let columns = [a:contact.id, join(name), join(emails)]
  return join(map(columns, {_, column -> substitute(column, '[[:cntrl:]]', ' ', 'g')}), "\t")
endfunction

function s:Read() abort
  let found = EngagementCall('engagement.get', {'engagement_id': b:engagement, 'expand': ['contacts']})
  let [lines, ids, labels] = [[], [], {}]
  for contact in found.data.contacts
    call add(lines, (get(contact, 'is_calendar_resource') is v:true ? '# stays: ' : '') . s:Label(contact))
    if lines[-1] !~# '^#'
      call add(ids, contact.id)
      let labels[contact.id] = lines[-1]
    endif
  endfor
  silent %delete _
  call setline(1, lines)
  setlocal nomodified
  let [b:contacts, b:labels] = [ids, labels]
endfunction

" The ids that the lines name, once each; addresses are looked up, and one that is unknown is an error.
function s:Wanted() abort
  let [ids, addresses] = [[], []]
  for at in range(1, line('$'))
    let word = matchstr(getline(at), '\S\+')
    if empty(word) || word[0] ==# '#'
      continue
    elseif word =~# '^cnt_\w\+$'
      call add(ids, word)
    elseif word =~# '@'
      call add(addresses, word)
    else
      throw 'engagement: line ' . at . ' begins with neither an id nor an address: ' . getline(at)
    endif
  endfor
  for first in range(0, len(addresses) - 1, 50)
    let some = addresses[first : first + 49]
    let found = EngagementCall('engagement.findContacts', {'emails': some}).data.found
    for address in some
      if !has_key(found, address) | throw 'engagement: no one contact has the address ' . address | endif
      call add(ids, found[address])
    endfor
  endfor
  return filter(copy(ids), {at, id -> index(ids, id) == at})
endfunction

function s:Write() abort
  let params = {'engagement_id': b:engagement, 'contact_ids': s:Wanted()}
  let changes = EngagementCall('engagement.replaceContacts', extend({'dry_run': v:true}, params)).changes
  if empty(changes.added) && empty(changes.removed)
    call s:Read()
    return 'nothing to change'
  endif
  let text = map(copy(changes.removed), {_, id -> '- ' . get(b:labels, id, id)})
  let text += map(copy(changes.added), {_, id -> '+ ' . id})
  if empty(params.contact_ids) | let text += ['Nobody would be left.'] | endif
  if g:Engagement_ask(join(text + ['Replace?'], "\n")) != 1 | return 'nothing is written' | endif
  let params.expected_contact_ids = b:contacts
  let changes = EngagementCall('engagement.replaceContacts', params).changes
  call s:Read()
  return len(changes.removed) . ' taken off, ' . len(changes.added) . ' added'
endfunction

function s:Undo() abort
  if !exists('b:engagement') | throw 'engagement: these are not the attendees of an engagement' | endif
  call EngagementCall('engagement.undo', {'engagement_id': b:engagement})
  call s:Read()
  return 'put back'
endfunction

" Does it and says what came of it; what goes wrong is shown, and the buffer stays as it was.
function s:Shown(action) abort
  try
    let said = a:action()
    redraw
    echo said
  catch /^engagement: /
    echohl ErrorMsg | echomsg substitute(v:exception, '^engagement', 'engagement-rpc', '') | echohl None
  endtry
endfunction

function s:Open(engagement) abort
  silent execute 'edit' fnameescape('engagement://' . a:engagement)
  setlocal buftype=acwrite noswapfile
  let b:engagement = a:engagement
  augroup engagement
    autocmd! BufWriteCmd <buffer>
    autocmd BufWriteCmd <buffer> call s:Shown(function('s:Write'))
  augroup END
  call s:Shown({-> [s:Read(), len(b:contacts) . ' contacts'][1]})
endfunction

command! -nargs=1 EngagementAttendees call s:Open(<q-args>)
command! EngagementUndo call s:Shown(function('s:Undo'))
