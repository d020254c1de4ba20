" Does in the sandbox what a person would, and says what came of it:
"   vim -Nu NONE -i NONE -es -S examples/vim/check.vim
set encoding=utf-8
scriptencoding utf-8
let $XDG_STATE_HOME = tempname()
let g:engagement_flags = ['--sandbox']
let [s:questions, s:answer] = [[], 1]

function s:Ask(question) abort
  call add(s:questions, a:question)
  return s:answer
endfunction
let g:Engagement_ask = function('s:Ask')
execute 'source' fnameescape(expand('<sfile>:p:h') . '/engagement.vim')

function s:Ids() abort
  let found = EngagementCall('engagement.get', {'engagement_id': 'ngmt_sandbox01', 'expand': ['contacts']})
  return join(map(found.data.contacts, 'v:val.id'))
endfunction

function s:Main() abort
  call EngagementCall('service.ping', {})
  EngagementAttendees ngmt_sandbox01
  call assert_match("Björn Lindqvist\t", getline(2))
  call assert_match('^# stays: cnt_sandboxroom1', getline(3))

  2delete
  call append(1, ['CONTACT5@mail.example', 'cnt_sandbox01'])
  let s:answer = 2
  write
  call assert_equal('cnt_sandbox01 cnt_sandbox02 cnt_sandboxroom1', s:Ids(), 'a no is a no')
  let s:answer = 1
  write
  call assert_match("- cnt_sandbox02\tBjörn.*+ cnt_sandbox05", get(s:questions, 1, ''))
  call assert_equal('cnt_sandbox01 cnt_sandbox05 cnt_sandboxroom1', s:Ids())
  call assert_false(&modified)

  EngagementUndo
  call assert_equal('cnt_sandbox01 cnt_sandbox02 cnt_sandboxroom1', s:Ids())

  %delete
  call setline(1, 'nobody@nowhere.example')
  write
  call assert_equal(2, len(s:questions), 'an unknown address is refused before anybody is asked')
  call assert_true(&modified)

  edit! | EngagementAttendees ngmt_sandbox02
  call setline(1, 'cnt_sandbox03')
  write
  %delete
  write
  call assert_match('Nobody would be left', get(s:questions, -1, ''))
  call assert_false(&modified)

  " Somebody else changes it in the meantime.
  edit! | EngagementAttendees ngmt_sandbox01
  call EngagementCall('engagement.addContacts', {'engagement_id': 'ngmt_sandbox01', 'contact_ids': ['cnt_sandbox09']})
  1delete
  write
  call assert_match('cnt_sandbox01.*cnt_sandbox09', s:Ids())
  call assert_true(&modified, 'what was typed is kept')
endfunction

try
  call s:Main()
catch
  call add(v:errors, substitute(v:exception, '^engagement: ', '', ''))
endtry
let s:said = ['edited, declined, written, undone, refused twice']
if !empty(v:errors)
  let s:said = filter(split(execute('messages'), "\n"), 'v:val =~# "^engagement-rpc: "') + v:errors
endif
" A silent Vim prints lines of a buffer, and nothing else.
enew!
call setline(1, map(s:said, '"vim: " . v:val'))
%print
execute empty(v:errors) ? 'qall!' : 'cquit'
