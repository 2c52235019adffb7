//! Who is in which conversation.

use sealpost_domain::conversations::{ConversationKind, Role};
use sealpost_domain::inbox::EventKind;

use super::{Member, Model, Subject, Talk, length};

impl Model {
    pub(super) fn start_pair(&mut self, by: usize, with: usize) -> Result<String, String> {
        if by == with {
            return Err("conversation-with-oneself".to_owned());
        }
        let found = self.talks.iter().position(|talk| {
            talk.kind == ConversationKind::Pair
                && talk
                    .members
                    .iter()
                    .all(|member| [by, with].contains(&member.who))
        });
        if let Some(talk) = found {
            return Ok(format!("pair {talk} false"));
        }
        let talk = self.new_talk(ConversationKind::Pair, &[by, with], true);
        self.tell(
            &[by, with],
            EventKind::ConversationCreated,
            Subject::Talk(talk),
        );
        Ok(format!("pair {talk} true"))
    }

    fn new_talk(&mut self, kind: ConversationKind, who: &[usize], shows_history: bool) -> usize {
        let joined_at = self.now;
        let member = |who: &usize| Member {
            who: *who,
            role: Role::Member,
            first_seq: 1,
            joined_at,
        };
        self.talks.push(Talk {
            kind,
            shows_history,
            members: who.iter().map(member).collect(),
            messages: Vec::new(),
            over: false,
        });
        self.talks.len() - 1
    }

    pub(super) fn create_group(
        &mut self,
        by: usize,
        members: &[usize],
        shows_history: bool,
    ) -> Result<String, String> {
        for (index, who) in members.iter().enumerate() {
            if members[..index].contains(who) {
                return Err("named-twice".to_owned());
            }
            if *who == by {
                return Err("conversation-with-oneself".to_owned());
            }
        }
        let everybody = [members, &[by]].concat();
        let talk = self.new_talk(ConversationKind::Group, &everybody, shows_history);
        self.talks[talk].members.last_mut().unwrap().role = Role::Owner;
        self.tell(
            &everybody,
            EventKind::ConversationCreated,
            Subject::Talk(talk),
        );
        Ok(format!("group {talk}"))
    }

    pub(super) fn add(&mut self, by: usize, group: usize, whom: usize) -> Result<String, String> {
        if !self.role(group, by)?.manages() {
            return Err("insufficient-role".to_owned());
        }
        if let Some(member) = self.member(group, whom) {
            return Ok(format!("added {} false", member.role.name()));
        }
        let talk = &mut self.talks[group];
        let next = length(&talk.messages) + 1;
        talk.members.push(Member {
            who: whom,
            role: Role::Member,
            first_seq: if talk.shows_history { 1 } else { next },
            joined_at: self.now,
        });
        self.tell(
            &[whom],
            EventKind::ConversationCreated,
            Subject::Talk(group),
        );
        let audience = self.everybody(group);
        let what = (group, EventKind::MemberAdded);
        self.record(what, (by, whom, Role::Member), &audience);
        Ok("added member true".to_owned())
    }

    pub(super) fn remove(
        &mut self,
        by: usize,
        group: usize,
        whom: usize,
    ) -> Result<String, String> {
        let own = self.role(group, by)?;
        let role = self.member(group, whom).map(|member| member.role);
        let role = role.ok_or("unknown-member")?;
        if by != whom && !own.may_remove(role) {
            return Err("insufficient-role".to_owned());
        }
        let audience = self.everybody(group);
        self.talks[group]
            .members
            .retain(|member| member.who != whom);
        self.record(
            (group, EventKind::MemberRemoved),
            (by, whom, role),
            &audience,
        );
        let stay = self.everybody(group);
        if stay.is_empty() {
            self.talks[group].over = true;
        } else if role == Role::Owner {
            let ids = &self.ids;
            let successor = self.talks[group].members.iter_mut().min_by_key(|member| {
                (
                    std::cmp::Reverse(member.role),
                    member.joined_at,
                    ids[member.who],
                )
            });
            let successor = successor.unwrap();
            successor.role = Role::Owner;
            let successor = successor.who;
            let what = (group, EventKind::MemberChanged);
            self.record(what, (by, successor, Role::Owner), &stay);
        }
        Ok("removed".to_owned())
    }

    pub(super) fn appoint(
        &mut self,
        by: usize,
        group: usize,
        whom: usize,
        role: Role,
    ) -> Result<String, String> {
        let own = self.role(group, by)?;
        let present = self.member(group, whom).map(|member| member.role);
        let present = present.ok_or("unknown-member")?;
        if !own.appoints() {
            return Err("insufficient-role".to_owned());
        }
        if present == role {
            return Ok(format!("appointed {}", role.name()));
        }
        if present == Role::Owner {
            return Err("owner-missing".to_owned());
        }
        if role == Role::Owner {
            self.set_role((group, by), by, Role::Admin);
        }
        self.set_role((group, by), whom, role);
        Ok(format!("appointed {}", role.name()))
    }

    fn set_role(&mut self, (group, by): (usize, usize), whom: usize, role: Role) {
        let mut members = self.talks[group].members.iter_mut();
        members.find(|member| member.who == whom).unwrap().role = role;
        let audience = self.everybody(group);
        let what = (group, EventKind::MemberChanged);
        self.record(what, (by, whom, role), &audience);
    }
}
