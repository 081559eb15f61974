"""Words that tell names from other words: a small sample of names, of what else is capitalised, and what is never a name.

None of it is a directory of names. The samples teach which region of the word vectors names lie in; without vectors they
are the few names that are known by heart.
"""

from __future__ import annotations

# First names from many places, so that no origin is the rule
_GIVEN = """
    Aaron Abdul Abena Abigail Adaeze Adam Adebayo Adriana Agata Agnes Ahmed Aiko Aisha Ajay Akua Alan Alba Alejandro
    Aleksander Alexander Alfonso Alice Alina Amanda Amara Amelia Amina Amit Amy Ana Anastasia Anders Andrea Andrew Angela Anil
    Anita Anja Anna Annika Antoine Anton Antonio Anya Aoife Arash Arturo Arvid Asha Ashok Asif Astrid Aurora Ayesha Babak
    Barbara Bashir Beata Beatrix Ben Benjamin Bernard Bianca Birgit Björn Bogdana Boris Brendan Brian Brigid Brigitte Bruna
    Caitlin Camille Carla Carlos Carmen Caroline Catalina Catherine Cecilia Cees Celia Cesar Chandan Chandra Charlotte Chen
    Chiara Chinedu Chloe Christian Claire Clara Claudia Colm Conor Cristina Cyril Dagmar Dalia Danica Daniel Daniela Darko
    David Deepa Deepak Deirdre Denise Diego Dimitri Dinesh Dmitri Dominik Dorota Dragan Duncan Eamon Ebba Edgar Edith Eduardo
    Ekaterina Eleanor Elena Elias Elif Elizabeth Emil Emma Enrique Enzo Erik Erika Ernesto Esra Esther Ethan Eugenia Eva Ewa
    Fabio Fadi Faisal Farida Fatima Felix Femi Fernando Filip Fiona Florian Folake Francesca Francois Frank Franz Frida
    Gabriela Ganesh Gaurav George Geraint Gerald Gertrude Gianni Gina Giovanni Gita Giulia Gloria Goran Greg Grzegorz
    Guillermo Gustav Gwen Hakan Hana Hans Harriet Haruto Hassan Heather Hector Heidi Helena Helga Henri Henrik Hilda Hiroshi
    Huda Hugo Ibrahim Igor Ikram Ilse Imran Ines Inga Ingrid Irina Iris Isabel Isabella Ivan Ivana Jack Jacob Jaime Jamal
    James Jan Jana Jane Janet Jasmin Javier Jean Jelena Jennifer Jerome Jesper Jiro Joanna Joao Joaquin Johan John Jonas Jorge
    Jorgen Jose Josef Joseph Juan Judith Julia Julien Jun Kaito Kamal Kamila Karen Karim Karl Kasia Kate Katja Kaveh Kavita
    Keiko Keith Kemal Kenneth Kevin Khadija Kirsten Klaus Kofi Krzysztof Kurt Kwame Laila Lakshmi Lamia Larissa Lars Laura
    Layla Leila Lena Leo Leonardo Leticia Liam Lina Linda Ling Lisa Ljubica Lorena Lorenzo Louise Luca Lucas Lucy Ludwig Luigi
    Luis Lydia Maciej Mads Maeve Magda Magdalena Magnus Mahmoud Maja Malcolm Malik Manoj Manuel Marcel Marcin Marco Margaret
    Margot Maria Marie Marina Mario Marius Markus Marta Martin Martina Maryam Mateusz Mathias Matteo Maurice Maya Meena Megan
    Mehmet Mei Mercy Michael Miguel Mika Milena Mina Miriam Mohammed Mohan Monika Moses Murat Mustafa Myles Nadia Naomi
    Natalia Naveen Neha Nelson Nia Niamh Nicola Nicole Niels Nikhil Nikola Nils Nina Noah Nora Nuno Olga Oliver Olivia Omar
    Osama Oscar Osman Otto Pablo Padraig Paola Paolo Pascal Patricia Patrick Paul Pauline Pavel Pedro Per Peter Petra Philip
    Pieter Pilar Piotr Pooja Prakash Priya Rachel Rafael Rahul Raj Ramesh Rania Raquel Rashid Ravi Rebecca Regina Renata Reza
    Rhys Ricardo Rishi Robert Roberto Roman Rosa Rosemary Rosie Ruben Rustam Ruth Sabine Sabrina Sadia Said Sakura Salman
    Salome Samuel Sana Sandeep Sandra Sanjay Sanna Sara Sebastian Sergei Sergio Shabnam Shanti Shirin Shona Silvia Simon
    Simone Sinead Siobhan Sonia Stefan Stella Stephanie Steven Sumit Sunil Sunita Suresh Susan Susanna Sven Svetlana Sylvia
    Taiwo Takeshi Tamar Tamara Tanja Tara Tariq Tatiana Tatsuya Terence Teresa Tessa Theo Thomas Tiina Tim Tina Tobias Todd
    Tom Tomasz Tuan Ulla Ursula Ute Valentina Valerie Vanessa Vera Veronica Victor Vijay Vikram Viktor Vincent Violeta Vivian
    Vlad Vladimir Waleed Walter Wanda Wei Wendy Werner William Wilma Wojciech Xavier Yan Yana Yara Yasmin Yuki Yusuf Yvonne
    Zainab Zara Zbigniew Zdenek Zeynep Zoe
"""

# Family names
_FAMILY = """
    Abbott Adams Ahmad Ali Allen Almeida Andersen Arslan Bakker Banerjee Bauer Becker Bergman Bianchi Bose Brown Castillo
    Chang Chatterjee Chaudhry Clarke Cohen Cooper Costa Cruz Das Davies Demir Diaz Dubois Dupont Edwards Eriksson Evans
    Fernandez Ferrari Fischer Fitzgerald Gallagher Garcia Gomez Greenberg Gupta Haas Hamdi Hansen Harris Hernandez Hoffmann
    Horvat Hughes Hussain Ito Ivanov Jansen Jensen Johansson Johnson Jones Joshi Kaplan Kaya Keller Kelly Khan Kim Kowalski
    Krishnan Kumar Larsen Lee Lefebvre Lehmann Lewandowski Lim Lindberg Liu Lopez Malhotra Mancini Martinez Mbeki Meyer Mishra
    Mitchell Moreau Moreno Morris Mueller Murphy Nair Nakamura Nguyen Nielsen Nkosi Novak Nowak Okafor Oliveira Olsen Ortega
    Osei Park Patel Peeters Pereira Perez Petersen Petrov Phillips Popescu Ramos Rao Reddy Richter Rivera Robinson Rodriguez
    Romero Rossi Ryan Sanchez Santos Sato Schmidt Schneider Schwarz Shah Shapiro Sharma Silva Singh Smith Sullivan Suzuki
    Svensson Tanaka Taylor Thompson Torres Tran Vargas Vasquez Virtanen Wagner Walker Walsh Wang Watson Weber Wilson Yamamoto
    Yilmaz Young Zhang Zimmermann
"""

# Cities, countries, regions
_PLACES = """
    Aarhus Aberdeen Abuja Accra Adelaide Africa Alaska Alberta Algeria Algiers America Amman Amsterdam Ankara Antwerp Asia
    Athens Auckland Austin Australia Austria Baghdad Baku Bali Baltimore Bangalore Bangkok Barcelona Basel Bath Bavaria
    Beijing Beirut Belfast Belgium Belgrade Bergamo Berlin Bern Bilbao Birmingham Bologna Bonn Bordeaux Boston Bratislava
    Brazil Bremen Brighton Brisbane Bristol Bruges Brussels Bucharest Budapest Bulgaria Cairo Calgary California Cambridge
    Canada Canberra Caracas Cardiff Catalonia Chennai Chicago Chile China Christchurch Cincinnati Cologne Colombia Colorado
    Connacht Copenhagen Cork Cornwall Coventry Croatia Cyprus Dakar Dallas Damascus Delhi Denmark Denver Derby Detroit
    Dortmund Dresden Dubai Dublin Durban Edinburgh Egypt Eindhoven England Essex Estonia Europe Exeter Finland Flanders
    Florida France Frankfurt Galway Gdansk Geneva Genoa Germany Ghana Glasgow Granada Graz Greece Groningen Haifa Halifax
    Hamburg Hanoi Hanover Helsinki Houston Hull Hungary Iceland India Indiana Innsbruck Iran Iraq Ireland Israel Istanbul
    Italy Izmir Jakarta Japan Jerusalem Johannesburg Kampala Kazakhstan Kenya Kiev Kingston Kobe Krakow Kyoto Lagos Lahore
    Latvia Lausanne Lebanon Leeds Leicester Leipzig Lille Lima Limerick Linz Lisbon Lithuania Liverpool Ljubljana London
    Luxembourg Lyon Madrid Malaga Malaysia Malmo Malta Manchester Manila Marrakech Marseille Medina Melbourne Memphis Mexico
    Minnesota Minsk Mombasa Monaco Montreal Morocco Moscow Mumbai Munich Munster Nairobi Nantes Naples Napoli Nebraska Nepal
    Netherlands Newcastle Nice Nigeria Norfolk Norway Nottingham Odessa Ohio Ontario Oregon Oslo Ottawa Oxford Pakistan
    Palermo Panama Paris Patagonia Perth Peru Philadelphia Philippines Phoenix Pittsburgh Plymouth Poland Portland Porto
    Portsmouth Portugal Prague Pretoria Pune Qatar Quebec Reykjavik Riga Rio Romania Rome Rotterdam Russia Rwanda Salzburg
    Sarajevo Scotland Seattle Senegal Seoul Serbia Seville Shanghai Sheffield Siberia Sicily Singapore Slovakia Slovenia Spain
    Stockholm Strasbourg Stuttgart Suffolk Surrey Swansea Sweden Switzerland Sydney Syria Taiwan Tallinn Tampere Tanzania
    Tasmania Tbilisi Tehran Texas Thailand Tirana Tokyo Toronto Toulouse Transylvania Tunis Tunisia Turin Turkey Tuscany
    Uganda Ukraine Ulster Uruguay Utah Utrecht Valencia Vancouver Venezuela Venice Vermont Vienna Vietnam Vilnius Volga Wales
    Warsaw Waterford Wellington Winnipeg Wisconsin York Yorkshire Zagreb Zambia Zimbabwe Zurich
"""

# Companies, products, methods, days, seasons, languages, institutions
_THINGS = """
    Academy Adobe African Agile Airbus Amazon American Android Apache Apple April Arabic Asana Asian Association Atlas Audi
    August Authority Autumn Azure Bank Basecamp Beacon Bitbucket Bluetooth Board Boeing Bosch British Buddhist Catholic
    Chinese Christmas Chrome Church Cisco Citrix Clinic College Committee Compass Confluence Council Danish December Dell
    Department Disney District Docker Dropbox Dutch Easter Embassy English Ericsson European Excel Facebook February FedEx
    Federation Fiat Figma Firefox Ford Foundation French Friday Gazette German GitHub GitLab Gmail Google Grafana Guardian
    Harbour Heineken Hindi Honda Horizon Hospital Hotel Huawei Hyundai IKEA Indian Institute Intel Irish Italian January
    Japanese Jenkins Jira July June Kafka Kanban Korean Kubernetes Lego Lexus Library Linux Logitech March Mastercard Mercury
    Microsoft Ministry Miro Monday Motorola Museum Muslim Nestle Netflix Nike Nintendo Nokia Norwegian Notion Novartis
    November October Oracle Orbit Outlook Panasonic Parliament PayPal Pfizer Philips Phoenix Polish Porsche Portuguese
    Postgres PowerPoint Python Ramadan Renault Russian SAP Salesforce Samsung Saturday School Scottish Scrum September Shopify
    Siemens Skype Slack Society Sony Spanish Spotify Spring Starbucks Stripe Summer Sunday Swedish Teams Telegraph Tesla
    Theatre Thursday Toyota Treasury Trello Tribunal Tuesday Turkish Twitter Ubuntu Unilever Union University Visa Vodafone
    Volvo Walmart Wednesday Welsh WhatsApp Wikipedia Windows Winter Xero Xerox Yahoo YouTube Zendesk Zoom
"""

# Words that start sentences, lines and headings of descriptions
_ORDINARY = """
    Absolutely Access Account Action Actually Add Advice After Again Agreed All Almost Along Also Although Always Analyst And
    Annual Another Answer Any Anybody App Apparently Approval Apps Architect Archive Archived Area Around As Ask At Auditor
    Baby Back Backend Backlog Bad Bakery Basement Basically Because Before Best Between Bike Billing Blockers Bonus Both
    Bottom Bread Budget Building Bus Business But By Cake Call Can Canteen Cash Central Change Chat Checklist Checkout Chief
    City Classes Clear Client Coffee Come Commercial Community Company Complaints Compliance Conclusion Contacts Contract Cost
    Costs Could Court Cover Crew Critical Current Customer Customers Daily Dashboard Data Date Day Deadline Dear Decision
    Delivery Dependencies Depot Design Designer Despite Detail Details Developer Developers Did Digital Director Display Do
    Document Does Don Draft Drawing Driver During Each Education Either Else Email Energy Engineer Engineering Even Events
    Every Everyone Everything Evidence Except Exhibition External Factory Farm Feedback Fees Few Field Figures File Files
    Finance Firmware First Five Fixed Floor Folder Food For Form Forms Four From Front Full Fun Funding Garden Gate Gates
    General Generally Give Global Go Goal Goals Good Grant Great Green Ground Group Guests Half Hardware Have He Headline
    Headquarters Health Heating Hello Help Her Here Hi Hiring Hope Hospital Hours House Housing How However I Ideas If Image
    Impact Important In Incident Income Indeed Infrastructure Inside Insurance Integration Internal Inventory Invoice Invoices
    Is Island Issue It Item Items Its Just Keep Kettle Key Keys Kiosk Kitchen Land Laptop Last Late Law Lead Leave Ledger
    Legal Let Level Licence Like Lines Link List Live Loans Local Location Long Look Lunch Machine Mail Main Maintenance Make
    Manager Mandate Many Map Maps Market Marketing Materials Meanwhile Measures Media Meeting Meetings Member Memo Method
    Metrics Middle Milestone Mill Missing Mission Mobile Modern Money Monthly More Morning Most Moving Music My Name Need
    Network Never New News Next No Nobody None Normally North Note Notes Nothing Now Numbers Object Obviously Of Offer Office
    Often Ok Old Older On Onboarding Once One Only Open Operations Option Options Or Orders Other Our Outcome Output Outside
    Overview Owner Pages Paper Parcel Parents Park Parking Partner Passengers Patients Pay Payments Payroll People Per Perhaps
    Permit Person Pharmacy Phase Photo Pilot Plan Planning Plants Platform Please Policy Port Position Post Power Presumably
    Price Prices Pricing Printing Priorities Private Problem Process Procurement Product Progress Project Public Purchase
    Purpose Question Questions Quick Radio Rarely Reading Reasons Recipe Recipes Reference Regards Registry Related Release
    Releases Reminder Remote Renewal Rent Repair Report Reporting Request Research Response Responsible Restaurant Result
    Results Retail Retro Review Right Risk Risks River Road Roadmap Role Roles Rollout Room Rooms Routine Rules Safety Salary
    Sales Same Satellite Schedule School Scope Screen Screens Search Season Second Security See Senior Sensor Service Setup
    Several She Shelf Shift Ship Shop Shops Short Should Side Signed Since Situation Six So Social Software Some Somebody
    Somehow Sometimes Soon Sorry South Space Speaking Spend Sponsor Sprint Staff Stakeholders Standard Standup Start State
    Station Status Steering Still Stock Store Strategy Street Structure Stuck Students Stuff Subject Subscription Substance
    Suggestion Summary Supplier Support Sure Survey Switch Tablets Talk Tariff Tariffs Task Taxi Team Tech Technical Terminal
    Test Tester Testing Text Thanks That The Their Theme Then There These They Things Think This Those Three Ticket Tickets
    Time Title To Today Together Tools Tower Track Traffic Training Trial Truck Two Type Typical Under Unfortunately
    University Until Up Update Use User Users Usually Vacancy Value Vehicle Vendor Very Vision Volunteers Votes Wait Warehouse
    Warning Water We Web Website Week Weekly Welcome Well West What When Where Which While Who Whoever Why Will Window Winter
    With Within Without Work Working Workshop Would Writing Yard Year Yes Yesterday Yet You Your
"""

# Grammar, greetings, labels, the calendar, languages, titles: capitalised at times, never a name here
_FUNCTION = """
    a about above across after again against ah all almost already also although always am among an and another any anybody
    anyone anything are around as ask at away back because been before behind being below besides between both but by bye can
    cheers could currently dear despite did do does doing done during each either else enough even ever every everybody
    everyone everything except few first for from further get give given go goes good got great had half has have having he
    hello her here hers herself hei hey hi him himself his how however i if in indeed inside instead into is it its itself
    just keep kind last later least less let like likewise lots many maybe me meanwhile mine more moreover most much must my
    myself never nevertheless next no nobody none nor not note nothing now nowhere of off often oh ok okay on once one only
    onto or other others ought our ours out outside over own per perhaps please put quite rather re regards really right said
    same say says second see seem seems several she should since so some somebody somehow someone something sometimes soon
    sorry still such sure take tell than thank thanks that the their theirs them then there therefore these they thing things
    think third this those though three through thus to today together tomorrow too top towards two under unless until up upon
    us usually very via was we well were what whatever when whenever where whereas wherever whether which while who whoever
    whole whom whose why with within without would yes yesterday yet you your yours yourself yep yeah nope zero four five six
    seven eight nine ten eleven twelve best warm warmly welcome kindly sincerely subject fwd fw cc bcc date sent attachment
    attachments draft agenda minutes notes status report summary overview background context history scope goal goals purpose
    risks issues actions decisions milestones dependencies budget schedule roadmap backlog sprint retro retrospective standup
    planning review demo release releases deployment team teams group groups squad crew department company office name names
    role roles location remarks comment comments part full time days week weekly month monthly year yearly quarter quarterly
    daily morning evening afternoon monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
    thursdays fridays saturdays sundays weekdays weekend mon tue tues wed thu thur thurs fri sat sun january february march
    july september october november december feb mar apr jul aug sep sept oct nov dec christmas easter xmas ramadan diwali
    spring summer autumn fall winter english french german spanish italian dutch danish swedish norwegian finnish polish czech
    portuguese greek turkish russian chinese japanese korean arabic hindi british american european african asian irish
    scottish welsh mr mrs ms miss mx dr prof professor sir madam mme frau herr signor signora capt captain
"""

# What people do
_ROLES = """
    account accounts admin administrator adviser advisor agile agronomist analyst apprentice architect assistant auditor
    backend boss business ceo cfo chair chairman chairwoman chief cio clerk coach coo coordinator cpo cto customer customers
    data deputy designer designers dev developer developers devops devs director editor engineer engineers engineering
    executive finance founder frontend fullstack head hr intern interns junior lead leader leads legal manager managers
    marketing member members mentor mobile officer ops owner owners partner partners people physician pjm pm pms pmo po pos
    president principal producer product programme program programmer project qa researcher sales scientist scrum secretary
    senior specialist sponsor sre staff stakeholder stakeholders steering student supplier suppliers support tech technical
    tester testers tpm trainee ui user users ux vendor vendors vp writer
"""

# Tools and platforms
_TOOLS = """
    airtable android angular asana aws azure basecamp bitbucket bluetooth chrome clickup confluence docker dropbox excel
    facebook figma firefox gantt git github gitlab gmail google grafana hubspot instagram ios java jenkins jira kafka kanban
    kubernetes linear linkedin linux mattermost microsoft miro mural mysql netflix notion oracle outlook pagerduty postgres
    postgresql powerpoint python react redis safari salesforce sap sentry servicenow sharepoint shopify skype slack spotify
    stripe teams terraform trello twitter typescript whatsapp wikipedia windows word wordpress xero xing youtube zendesk zoom
"""

NAMES = frozenset(f"{_GIVEN} {_FAMILY}".split())
PLACES = frozenset(_PLACES.split())
OTHERS = frozenset(f"{_THINGS} {_ORDINARY}".split()) - NAMES
_TITLES = """
    mr mrs ms miss mx dr prof professor sir dame lord lady madam mme mlle monsieur madame frau herr fru hr signor signora
    sig sra senhor senhora señor señora don doña dona mevrouw mevr meneer dhr pan pani capt captain cpt sgt lt col gen rev
    fr sr barba si ustad sheikh sensei
"""
TITLES = frozenset(_TITLES.split())
# In lower case. A word of these is no name, whatever stands around it.
NEVER = frozenset(f"{_FUNCTION} {_ROLES} {_TOOLS}".split()) | TITLES
# Small words inside a name, as in "Mieke van den Berg"
_PARTICLES = """
    al ap at bin bint da das de del della den der des di do dos du el ibn la le nic ní ten ter uí van von y zu ó
"""
PARTICLES = frozenset(_PARTICLES.split())
# Words that are as often names; only what stands around them can tell
_WORDS_TOO = """
    Amber Angel Art Autumn Basil Bill Blessing Bob Buddy Carol Chance Charity Chase Chuck Clay Cliff Comfort Constance Coral
    Crystal Daisy Dale Dawn Dean Dee Destiny Dick Drew Earl Eve Faith Fern Flora Ford Forest Frank Gale Gay Gene Gift Ginger
    Glen Glory Grace Grant Guy Happy Hazel Heath Heather Holly Honey Hope Innocent Iris Ivory Ivy Jack Jade Jasmine Jay Jewel
    Jo Joy Junior Kit Lance Laurel Lily Lucky Mark Marina Max May Melody Mercy Miles Misty Nick Norm Olive Pat Patience Pearl
    Penny Pierce Precious Prince Prosper Prudence Ray Reed Rich River Rob Robin Rock Rose Rosemary Ruby Rusty Sage Sandy Scout
    Sharon Sky Stone Storm Sue Summer Sunny Terry Tin Tony Trinity Verity Violet Wade Will Willow Wren
"""
# Months that people are called after, too
MONTHS_TOO = frozenset(("april", "august", "june", "may"))
WORDS_TOO = frozenset(_WORDS_TOO.split())
