-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an administrator has clicked together in the GUI. @generation is 16 or 22: same names, different ids.
SET NAMES utf8mb4;
SET @old = @generation = 16;
SET @ivr = IF(@old, 1, 4), @ann = IF(@old, 1, 7), @tc = IF(@old, 1, 3), @dn = IF(@old, '0', '2'), @misc = IF(@old, 1, 5), @dir = IF(@old, 1, 2),
    @cb = IF(@old, 1, 3), @disa = IF(@old, 1, 2), @cid = IF(@old, 1, 6), @lang = IF(@old, 1, 3), @prio = IF(@old, 1, 9), @trunk = IF(@old, 1, 2),
    @cd = IF(@old, 1, 3);
SET @framework = IF(@old, '16.0.33', '17.0.19'), @major = IF(@old, '16', '17');

INSERT INTO admin (variable, value) VALUES ('version', @framework), ('need_reload', 'false');

INSERT INTO modules (modulename, version, enabled)
  SELECT name, CONCAT(@major, '.0.', n), 1 FROM (
    SELECT 'core' name, 68 n UNION SELECT 'queues', 27 UNION SELECT 'customappsreg', 5 UNION SELECT 'ringgroups', 11 UNION SELECT 'ivr', 9
    UNION SELECT 'announcement', 8 UNION SELECT 'timeconditions', 40 UNION SELECT 'daynight', 3 UNION SELECT 'conferences', 4 UNION SELECT 'miscdests', 3
    UNION SELECT 'directory', 6 UNION SELECT 'callback', 3 UNION SELECT 'disa', 6 UNION SELECT 'setcid', 4 UNION SELECT 'languages', 4
    UNION SELECT 'queueprio', 3 UNION SELECT 'vmblast', 4 UNION SELECT 'voicemail', 52 UNION SELECT 'paging', 14 UNION SELECT 'recordings', 14) m;
INSERT INTO modules (modulename, version, enabled) VALUES ('framework', @framework, 1);

INSERT INTO freepbx_settings (keyword, value, name) VALUES
  ('ASTETCDIR', '/etc/asterisk', 'Asterisk etc Dir'), ('AMPSBIN', '/usr/sbin', 'FreePBX sbin Dir'), ('ASTVARLIBDIR', '/var/lib/asterisk', 'Asterisk varlib Dir'),
  ('ASTSPOOLDIR', '/var/spool/asterisk', 'Asterisk Spool Dir'), ('ASTLOGDIR', '/var/log/asterisk', 'Asterisk Log Dir'),
  ('ASTAGIDIR', '/var/lib/asterisk/agi-bin', 'Asterisk AGI Dir'), ('ASTRUNDIR', '/var/run/asterisk', 'Asterisk Run Dir'),
  ('AMPMGRUSER', 'admin', 'Asterisk Manager User'), ('AMPMGRPASS', 'Qf-ami-3vN7', 'Asterisk Manager Password'),
  ('ASTMANAGERHOST', 'localhost', 'Asterisk Manager Host'), ('ASTMANAGERPORT', '5038', 'Asterisk Manager Port'),
  ('ASTVERSION', @asterisk, 'Asterisk Version');

INSERT INTO users (extension, name, voicemail, ringtimer) VALUES
  ('200', 'Alice Agent', 'default', 0), ('201', 'Bob Agent', 'novm', 0), ('202', 'Carol Agent', 'novm', 0), ('203', 'Дарья Agent', 'novm', 0);
INSERT INTO devices (id, tech, dial, devicetype, user, description)
  SELECT extension, 'pjsip', CONCAT('PJSIP/', extension), 'fixed', extension, name FROM users;

INSERT INTO queues_config (extension, descr, dest) VALUES
  ('600', 'Sales', 'ext-local,vmu200,1'), ('601', 'Support', ''), ('01600', 'Sales overflow', 'app-blackhole,hangup,1'),
  ('01601', 'Support overflow', 'app-blackhole,hangup,1'), ('602', 'Billing', 'ext-group,610,1'), ('603', 'Night', 'app-blackhole,hangup,1');
-- The 39 rows the GUI saves for a new queue (FREEPBX.md, Queues).
CREATE TEMPORARY TABLE gui_defaults (keyword varchar(30), data varchar(150));
INSERT INTO gui_defaults VALUES
  ('announce-frequency', '0'), ('announce-holdtime', 'no'), ('announce-position', 'no'), ('answered_elsewhere', '0'), ('autofill', 'no'), ('autopause', 'no'),
  ('autopausebusy', 'no'), ('autopausedelay', '0'), ('autopauseunavail', 'no'), ('cron_random', 'false'), ('cron_schedule', 'never'),
  ('eventmemberstatus', '0'), ('eventwhencalled', '0'), ('joinempty', 'yes'), ('leavewhenempty', 'no'), ('maxlen', '0'), ('memberdelay', '0'),
  ('min-announce-frequency', '15'), ('monitor-join', 'yes'), ('penaltymemberslimit', '0'), ('periodic-announce-frequency', '0'),
  ('queue-callswaiting', 'silence/1'), ('queue-thankyou', ''), ('queue-thereare', 'silence/1'), ('queue-youarenext', 'silence/1'), ('recording', 'dontcare'),
  ('reportholdtime', 'no'), ('retry', '5'), ('ringinuse', 'yes'), ('rvol_mode', 'dontcare'), ('rvolume', '0'), ('servicelevel', '60'),
  ('skip_joinannounce', ''), ('strategy', 'ringall'), ('timeout', '15'), ('timeoutpriority', 'app'), ('timeoutrestart', 'no'), ('weight', '0'),
  ('wrapuptime', '0');
INSERT INTO queues_details (id, keyword, data, flags) SELECT q.extension, d.keyword, d.data, 0 FROM queues_config q, gui_defaults d;
INSERT INTO queues_details (id, keyword, data, flags)
  SELECT q, 'member', CONCAT('Local/', agent, '@from-queue/n,0'), n FROM (
    SELECT '600' q, '200' agent, 0 n UNION SELECT '601', '201', 0 UNION SELECT '01600', '202', 0 UNION SELECT '01601', '202', 0
    UNION SELECT '602', '201', 0 UNION SELECT '602', '203', 1) m;

INSERT INTO ringgroups (grpnum, strategy, grptime, grppre, grplist, postdest, description) VALUES
  ('610', 'ringall', 3, '', '200-201', 'app-blackhole,hangup,1', 'Sales group');
INSERT INTO ivr_details (id, name, description, directdial, timeout_time, timeout_destination, invalid_destination) VALUES
  (@ivr, 'Night menu', 'Ночь &amp; выходные', '', 2, 'app-blackhole,hangup,1', 'app-blackhole,congestion,1');
INSERT INTO ivr_entries (ivr_id, selection, dest) VALUES
  (@ivr, '1', 'ext-queues,603,1'), (@ivr, '2', CONCAT('app-announcement-', @ann, ',s,1')), (@ivr, '3', 'from-did-direct,200,1');
INSERT INTO announcement (announcement_id, description, post_dest) VALUES (@ann, 'Closed', 'app-blackhole,hangup,1');
INSERT INTO timegroups_groups (id, description) VALUES (@tc, 'Mon-Fri');
INSERT INTO timegroups_details (timegroupid, time) VALUES (@tc, '09:00-18:00|mon-fri|*|*');
INSERT INTO timeconditions (timeconditions_id, displayname, time, truegoto, falsegoto) VALUES
  (@tc, 'Office hours', @tc, 'ext-queues,600,1', CONCAT('app-announcement-', @ann, ',s,1'));
INSERT INTO daynight (ext, dmode, dest) VALUES
  (@dn, 'fc_description', 'Night switch'), (@dn, 'day', 'ext-queues,600,1'), (@dn, 'night', CONCAT('ivr-', @ivr, ',s,1')), (@dn, 'password', '');
INSERT INTO meetme (exten, description, userpin, adminpin, options) VALUES ('620', 'Планёрка', '', '', 'o');
INSERT INTO miscdests (id, description, destdial) VALUES (@misc, 'Boss &amp; mobile', '201');
INSERT INTO directory_details (id, dirname, description, repeat_loops, invalid_destination) VALUES (@dir, 'Справочник', '', '2', 'app-blackhole,hangup,1');
INSERT INTO callback (callback_id, description, callbacknum, destination, sleep) VALUES (@cb, 'Call me back', '', 'ext-queues,600,1', 1);
INSERT INTO disa (disa_id, displayname, pin, context, digittimeout, resptimeout) VALUES (@disa, 'Travelling &#34;boss&#34;', '4711', 'from-internal', 5, 10);
INSERT INTO setcid (cid_id, cid_name, cid_num, description, dest) VALUES (@cid, 'VIP: ${CALLERID(name)}', '${CALLERID(num)}', 'VIP &amp; friends', 'ext-queues,602,1');
INSERT INTO languages (language_id, lang_code, description, dest) VALUES (@lang, 'ru', 'Русский', 'ext-queues,601,1');
INSERT INTO queueprio (queueprio_id, queue_priority, description, dest) VALUES (@prio, '5', 'High priority', 'ext-queues,600,1');
INSERT INTO vmblast (grpnum, description, password) VALUES (630, 'Everybody', '');
INSERT INTO paging_config (page_group, force_page, duplex, description, announcement) VALUES ('640', 0, 0, 'Цех', '');
INSERT INTO recordings (id, displayname, filename, description) VALUES (1, 'hello', 'hello-world', '');
INSERT INTO trunks (trunkid, tech, channelid, name) VALUES (@trunk, 'pjsip', 'provider', 'Провайдер');
INSERT INTO incoming (cidnum, extension, destination, description) VALUES ('', '74950000000', CONCAT('timeconditions,', @tc, ',1'), 'Main number');

-- A Custom Destination as the GUI makes it: destid is an int on the first ever row and a string later (FREEPBX.md, Custom Destinations).
INSERT INTO kvstore_FreePBX_modules_Customappsreg (`key`, val, type, id) VALUES
  (@cd, CONCAT('{"destid":', IF(@old, '1', '"3"'),
    ',"target":"check-callstate,s,1","description":"Check call state","notes":"by the dialplan\\nof somebody else","destret":"0","dest":', IF(@old, 'null', '""'), '}'),
    'json-arr', 'dests'),
  ('currentid', @cd + 1, NULL, 'noid');
