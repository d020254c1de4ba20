-- A person's session in Neovim, with the settings of examples/lsp: nvim -u SETTINGS --headless -c 'luafile neovim.lua'
-- ENGAGEMENT_RPC_SANDBOX_AT names the sandbox, NOTES a file to work in. Prints one line.
local binary = vim.fn.exepath('engagement-rpc')
local KEEP, REPLACE = 'Keep as it is', 'Replace'

-- What somebody else does, in another process.
local function api(method, params)
    local done = vim.system({ binary, 'call', method, vim.json.encode(params), '--compact' }, { text = true }):wait()
    assert(done.code == 0, done.stderr)
    return vim.json.decode(done.stdout).data
end

local function people()
    local found = api('engagement.get', { engagement_id = 'ngmt_sandbox01', expand = { 'contacts' } })
    return table.concat(vim.tbl_map(function(one) return one.id:match('sandbox(%w+)') end, found.contacts), ' ')
end

local function writes()
    return #vim.tbl_filter(function(one) return one.method == 'PUT' end, api('sandbox.requests', vim.empty_dict()).requests)
end

-- The tour is a coroutine, so that the editor goes on while it waits.
local tour
local function pause(milliseconds)
    vim.defer_fn(function() tour() end, milliseconds)
    coroutine.yield()
end

local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') end

local function waits(what, fact)
    for _ = 1, 400 do
        local found = fact()
        if found then return found end
        pause(50)
    end
    local marks = vim.tbl_map(function(one) return one.message end, vim.diagnostic.get(0))
    error(('%s, waited for 20 s; the buffer: %s, its marks: %s'):format(what, vim.inspect(text()), vim.inspect(marks)), 2)
end

local function check(fact, what) return fact or error(what, 2) end

-- The person answers Neovim's own menu, a moment later, with the keys: the first choice that has the words.
local choice, menus = KEEP, {}
local menu = vim.ui.select
vim.ui.select = function(items, options, then_)
    local titles = vim.tbl_map(options.format_item or tostring, items)
    table.insert(menus, { prompt = options.prompt, titles = titles, kind = options.kind })
    local number = 0
    for at, title in ipairs(titles) do
        if number == 0 and choice and title:find(choice, 1, true) then number = at end
    end
    vim.uv.new_timer():start(600, 0, function() vim.api.nvim_input(number .. '<CR>') end)
    return menu(items, options, then_)
end

local function question(number)
    local asked = vim.tbl_filter(function(one) return one.kind == 'lsp_message' end, menus)
    return asked[number]
end

local function at(word)
    vim.fn.cursor(1, 1)
    check(vim.fn.search('\\V' .. word, 'c') > 0, 'not in the buffer: ' .. word .. '\n' .. text())
end

local function attached(name)
    return waits(name .. ' has no server', function() return vim.lsp.get_clients({ name = 'engagement_rpc', bufnr = 0 })[1] end)
end

local function faults(words)
    return vim.tbl_filter(function(one)
        local under = vim.api.nvim_buf_get_text(0, one.lnum, one.col, one.end_lnum, one.end_col, {})
        return (one.message .. table.concat(under)):find(words, 1, true)
    end, vim.diagnostic.get(0))
end

local function lens(words)
    for _, one in ipairs(vim.lsp.codelens.get(0)) do
        if one.command and one.command.title:find(words, 1, true) then return one end
    end
end

local function hover(word, words)
    at(word)
    vim.lsp.buf.hover()
    local window = waits('no hover on ' .. word, function()
        for _, one in ipairs(vim.api.nvim_list_wins()) do
            if vim.api.nvim_win_get_config(one).relative ~= '' then return one end
        end
    end)
    local shown = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
    vim.api.nvim_win_close(window, true)
    for _, one in ipairs(words) do check(shown:find(one, 1, true), 'the hover on ' .. word .. ' lacks ' .. one .. ': ' .. shown) end
end

local function action(beginning)
    vim.lsp.buf.code_action({ apply = true, filter = function(one) return vim.startswith(one.title, beginning) end })
end

-- The reading half of the tour, in any text.
local function reading()
    vim.cmd.edit(vim.env.NOTES)
    local client = attached('the notes')
    check(client.offset_encoding == 'utf-8', 'positions in ' .. client.offset_encoding)
    local hints = waits('no hints', function()
        local found = vim.lsp.inlay_hint.get({ bufnr = 0 })
        return #found == 3 and found
    end)
    check(vim.inspect(hints):find('Björn Lindqvist', 1, true), vim.inspect(hints))
    hover('cnt_sandbox01', { 'Ana Souza', 'contact1@acme.example' })
    hover('ngmt_sandbox01', { 'Quarterly review with Acme', 'Björn Lindqvist' })
    waits('no mark', function() return #faults('cnt_nobody1') == 1 end)
    check(#vim.diagnostic.get(0) == 1, 'marked twice: ' .. vim.inspect(vim.diagnostic.get(0)))

    vim.api.nvim_input('Go- cnt_mor<C-x><C-o>')
    local found = waits('no completion', function()
        local items = vim.fn.complete_info({ 'items' }).items
        return vim.fn.pumvisible() == 1 and #items > 0 and items
    end)
    check(vim.inspect(found):find('Chloé Moreau', 1, true), vim.inspect(found))
    local number = 0
    for place, item in ipairs(found) do
        if item.word == 'cnt_sandbox03' or vim.inspect(item):find('contact3@', 1, true) then number = place end
    end
    check(number > 0, 'an address is not beside the name: ' .. vim.inspect(found))
    vim.api.nvim_select_popupmenu_item(number - 1, true, true, {})
    waits('the id is not put in', function() return text():find('- cnt_sandbox03', 1, true) end)
    vim.api.nvim_input('<Esc>')
    waits('still typing', function() return vim.fn.mode() == 'n' end)
    vim.cmd('silent write')

    vim.lsp.buf.workspace_symbol('Quarterly review')
    waits('no symbols', function()
        return vim.iter(vim.fn.getqflist()):any(function(one)
            return vim.fn.bufname(one.bufnr):find('ngmt_sandbox01.attendees', 1, true) ~= nil
        end)
    end)
    vim.cmd('cclose')
    at('ngmt_sandbox01')
    local notes = vim.api.nvim_get_current_buf()
    action('Edit attendees of')
    waits('the action leads nowhere', function() return vim.api.nvim_buf_get_name(0):find('ngmt_sandbox01.attendees', 1, true) end)
    vim.api.nvim_set_current_buf(notes)
    at('ngmt_sandbox01')
    vim.lsp.buf.definition()
    waits('the definition leads nowhere', function() return vim.api.nvim_buf_get_name(0):find('ngmt_sandbox01.attendees', 1, true) end)
    return client
end

local BJORN = 'cnt_sandbox02 Björn Lindqvist <contact2@cafe-mueller.example>'

local function edit()
    at('cnt_sandbox02')
    vim.api.nvim_set_current_line('contact5@mail.example')
    vim.api.nvim_exec_autocmds('TextChanged', { buffer = 0 })
end

local function attendees(client)
    check(attached('the attendees').id == client.id, 'a second server for the attendees')
    check(vim.bo.filetype == 'attendees' and not vim.bo.modified, vim.bo.filetype)
    check(text():find('cnt_sandbox01 Ana Souza <contact1@acme.example>\n' .. BJORN, 1, true), text())
    waits('no lens', function() return lens('No change') end)
    hover('cnt_sandbox01', { 'Ana Souza' })

    edit()
    waits('no lens of the change', function() return lens('Replace: drops 1, adds 1') end)
    vim.cmd('silent write')
    local first = waits('a save asks nothing', function() return question(1) end)
    check(first.titles[1] == KEEP and vim.tbl_contains(first.titles, REPLACE), vim.inspect(first))
    check(first.prompt:find('Björn Lindqvist', 1, true) and first.prompt:find('Efua Mensah', 1, true), first.prompt)
    pause(1500)
    check(writes() == 0 and people() == '01 02 room1', 'a no is a no')

    choice = REPLACE
    vim.fn.cursor(1, 1)
    vim.lsp.codelens.run()
    waits('a lens asks nothing', function() return question(2) end)
    waits('not replaced', function() return people() == '01 05 room1' end)
    waits('not brought up to date', function() return text():find('cnt_sandbox05 Efua Mensah <contact5@mail.example>', 1, true) end)
    check(vim.bo.modified, 'the edit is no change of the buffer')
    vim.cmd('silent write')
    waits('no lens after the replacement', function() return lens('No change') end)
    pause(1000)
    check(not question(3), 'the save after a replacement asks')

    choice = 'Undo'
    action('Undo the last replacement')
    waits('an undo asks nothing', function() return question(3) end)
    waits('not undone', function() return people() == '01 02 room1' end)
    waits('not brought up to date', function() return text():find(BJORN, 1, true) end)
    check(not text():find('\n\n'), 'a blank line came with the edit: ' .. text())
    vim.cmd('silent write')
    pause(500)

    edit()
    api('engagement.addContacts', { engagement_id = 'ngmt_sandbox01', contact_ids = { 'cnt_sandbox09' } })
    local before = writes()
    choice = 'Reload'
    vim.cmd('silent write')
    waits('that somebody else was faster is not said', function() return question(4) end)
    check(vim.tbl_contains(question(4).titles, 'Reload'), vim.inspect(question(4)))
    waits('not reloaded', function() return text():find('cnt_sandbox09', 1, true) end)
    check(writes() == before, 'written over somebody else')
    check(not text():find('\n\n'), 'a blank line came with the edit: ' .. text())
    vim.cmd('silent write')

    vim.api.nvim_buf_set_lines(0, -1, -1, false, { 'front-desk@mail.example', 'nobody@nowhere.example' })
    vim.api.nvim_buf_set_lines(0, -1, -1, false, { '# typed' })
    pause(300)
    vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { ' on' })
    waits('faults are not marked', function() return #faults('nobody@nowhere.example') == 1 and #faults('front-desk') == 1 end)
    at('front-desk')
    vim.lsp.buf.code_action({ apply = true, filter = function(one) return one.title:find('Rosa') ~= nil end })
    waits('not mended', function() return text():find('cnt_sandbox38', 1, true) end)
    at('nobody@')
    vim.cmd('delete')
end

tour = coroutine.wrap(function()
    local done, problem = pcall(function() attendees(reading()) end)
    if not done then
        io.write('\nneovim: ' .. tostring(problem) .. '\n' .. vim.inspect(menus) .. '\n')
        return vim.cmd('cquit')
    end
    local version = vim.version()
    io.write(('\nneovim %d.%d.%d: ok; hover, hints, completion, marks, symbols, definition, lens; attendees kept, replaced, undone, '
        .. 'reloaded, mended; %d questions, %d writes\n'):format(
            version.major, version.minor, version.patch,
            #vim.tbl_filter(function(one) return one.kind == 'lsp_message' end, menus), writes()))
    -- Saved and gone before anybody can answer: nothing may be written.
    choice = nil
    vim.cmd('silent wq')
end)
-- Out of this command first, so that keys and servers are served.
vim.defer_fn(function() tour() end, 100)
