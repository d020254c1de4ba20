" What engagement.vim, beside this file, says of a request that can't be read, and of a wrong flag.
set encoding=utf-8
let $XDG_STATE_HOME = tempname()
let g:engagement_flags = ['--sandbox']
execute 'source' fnameescape(expand('<sfile>:p:h') . '/engagement.vim')
let s:said = []
function s:Try(method, params) abort
  try
    call EngagementCall(a:method, a:params)
    call add(s:said, 'nothing')
  catch
    call add(s:said, v:exception)
  endtry
endfunction
call s:Try('contact.get', {'contact_id': repeat('x', 17 * 1024 * 1024)})
call s:Try('service.ping', {})
let g:engagement_flags = ['--sandbx']
execute 'source' fnameescape(expand('<sfile>:p:h') . '/engagement.vim')
call s:Try('service.ping', {})
enew!
call setline(1, s:said)
%print
qall!
